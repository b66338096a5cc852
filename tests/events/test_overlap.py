"""Reading again: only what is recent, and never beyond what shares a page."""

from __future__ import annotations

from datetime import timedelta

from scanner.events.overlap import REREAD, Overlap
from scanner.model import Cursor
from tests.events.places import NOON


def test_recent_events_are_read_again_for_a_minute() -> None:
    overlap = Overlap(10)
    overlap.saw([5, 7], NOON)

    assert overlap.start(Cursor(7), NOON + REREAD) == 4
    assert overlap.start(Cursor(7), NOON + REREAD + timedelta(seconds=1)) == 7


def test_an_event_read_again_does_not_become_recent_again() -> None:
    overlap = Overlap(10)
    overlap.saw([5], NOON)
    overlap.saw([5], NOON + REREAD)

    assert overlap.start(Cursor(5), NOON + REREAD + timedelta(seconds=1)) == 5


def test_only_so_many_events_are_read_again() -> None:
    overlap = Overlap(2)
    overlap.saw((1, 2, 3), NOON)

    assert overlap.start(Cursor(3), NOON) == 1
    assert Overlap(0).start(Cursor(3), NOON) == 3


def test_forgotten_events_are_not_read_again() -> None:
    overlap = Overlap(10)
    overlap.saw([5], NOON)
    overlap.forget()

    assert overlap.start(Cursor(5), NOON) == 5
