"""Brakes are words in metrics and in the ledger: closed, and written in one way."""

from __future__ import annotations

from scanner import model, restraints
from scanner.restraints import Brake


def test_every_brake_is_one_lower_case_word() -> None:
    assert [one.value for one in Brake if not one.value.isalpha() or not one.value.islower()] == []


def test_the_model_has_them_all() -> None:
    names = ("Allowance", "Brake", "Hold")
    assert [getattr(model, name) for name in names] == [getattr(restraints, name) for name in names]
