"""Reading again: only what is recent, and never beyond what shares a page."""

from __future__ import annotations

from datetime import timedelta

from scanner.events.overlap import REREAD, Overlap, Stretch
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


LATER = NOON + REREAD / 2
END = LATER + REREAD + timedelta(seconds=1)


def test_what_falls_out_of_the_window_while_it_is_recent_is_owed_a_second_reading() -> None:
    overlap = Overlap(2)
    overlap.saw((1, 2, 3), NOON)
    overlap.saw((6, 7), LATER)

    assert overlap.second_reading(LATER) is None
    assert overlap.second_reading(END) == Stretch(1, 3, NOON, NOON)
    assert overlap.second_reading(END) is None


def test_stretches_have_no_hole_between_them() -> None:
    overlap = Overlap(0)
    moments = [NOON + REREAD * share for share in (0, 0.9, 1.8)]
    for first, moment in zip((1, 10, 20), moments, strict=True):
        overlap.saw((first, first + 1), moment)

    end = moments[-1] + REREAD * 2
    assert [overlap.second_reading(end), overlap.second_reading(end)] == [
        Stretch(1, 11, moments[0], moments[1]),
        Stretch(12, 21, moments[2], moments[2]),
    ]


def test_a_backlog_of_old_events_is_not_read_twice() -> None:
    overlap = Overlap(0)
    overlap.saw((1, 2), NOON, fresh=False)

    assert overlap.second_reading(END) is None


def test_a_quiet_feed_owes_nothing() -> None:
    overlap = Overlap(1)
    for number in range(9):
        overlap.saw((number,), NOON + 2 * number * REREAD)

    assert overlap.second_reading(NOON + 99 * REREAD) is None


def test_what_could_not_be_read_is_owed_again_and_what_was_forgotten_is_not() -> None:
    overlap = Overlap(0)
    overlap.saw((1,), NOON)
    stretch = overlap.second_reading(END)
    assert stretch is not None
    overlap.owe_again(stretch)
    assert overlap.second_reading(END) == stretch
    overlap.owe_again(stretch)
    overlap.forget()
    assert overlap.second_reading(END) is None
