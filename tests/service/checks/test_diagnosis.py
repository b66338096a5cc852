"""A line of the doctor's."""

from __future__ import annotations

from dataclasses import asdict

from scanner.cli.doctor import MARKS
from scanner.service.checks.diagnosis import Diagnosis, Level


def test_a_line_without_a_remedy_has_nothing_to_do() -> None:
    line = Diagnosis(Level.OK, "spool", "/tmp")
    assert asdict(line) == {"level": "ok", "subject": "spool", "finding": "/tmp", "remedy": ""}


def test_every_level_has_a_mark_of_its_own_and_all_are_as_wide() -> None:
    assert set(MARKS) == set(Level)
    assert (len(set(MARKS.values())), {len(mark) for mark in MARKS.values()}) == (len(Level), {4})
