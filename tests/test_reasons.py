"""Reasons are words in verdicts, metrics and documents: closed, apart from each other, and written in one way."""

from __future__ import annotations

import re

from scanner import model, reasons
from scanner.model import WAITING_REASONS, Unchecked, Unscannable


def test_no_word_is_a_reason_of_both_kinds() -> None:
    assert {one.value for one in Unscannable} & {one.value for one in Unchecked} == set()


def test_every_reason_is_lower_case_words_joined_by_hyphens() -> None:
    odd = [one for one in (*Unscannable, *Unchecked) if not re.fullmatch("[a-z]+(-[a-z]+)*", one.value)]
    assert odd == []


def test_only_what_may_pass_is_waited_for() -> None:
    assert all(isinstance(one, Unchecked) for one in WAITING_REASONS)
    assert Unchecked.POISON not in WAITING_REASONS


def test_they_are_part_of_the_model() -> None:
    assert (model.Unscannable, model.Unchecked) == (reasons.Unscannable, reasons.Unchecked)
