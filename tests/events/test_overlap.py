"""Reading again: only what is recent, and never beyond what shares a page."""

from __future__ import annotations

from datetime import timedelta

from scanner.events.overlap import REREAD, Overlap, Stretch
from scanner.model import Cursor
from tests.events.places import NOON

SOON_AFTER = timedelta(seconds=1)


def test_recent_events_are_read_again_until_a_read_that_begins_more_than_a_minute_later() -> None:
    overlap = Overlap(10)
    overlap.saw([5, 7], NOON)
    starts = []
    for began_at in (NOON, NOON + REREAD, NOON + REREAD + SOON_AFTER):
        overlap.read(began_at)
        starts.append(overlap.start(Cursor(7)))

    assert starts == [4, 4, 7]


def test_however_long_a_feed_rests_its_last_events_are_read_once_more() -> None:
    overlap = Overlap(10)
    overlap.read(NOON)
    overlap.saw([5], NOON)
    after_hours = overlap.start(Cursor(5))
    overlap.read(NOON + timedelta(hours=3))

    assert (after_hours, overlap.start(Cursor(5))) == (4, 5)


def test_an_event_read_again_does_not_become_recent_again() -> None:
    overlap = Overlap(10)
    overlap.saw([5], NOON)
    overlap.saw([5], NOON + REREAD)
    overlap.read(NOON + REREAD + SOON_AFTER)

    assert overlap.start(Cursor(5)) == 5


def test_only_so_many_events_are_read_again() -> None:
    overlap = Overlap(2)
    overlap.saw((1, 2, 3), NOON)

    assert overlap.start(Cursor(3)) == 1
    assert Overlap(0).start(Cursor(3)) == 3


def test_forgotten_events_are_not_read_again() -> None:
    overlap = Overlap(10)
    overlap.saw([5], NOON)
    overlap.forget()

    assert overlap.start(Cursor(5)) == 5


LATER = NOON + REREAD / 2
END = LATER + REREAD + timedelta(seconds=1)


def test_what_falls_out_of_the_window_while_it_is_recent_is_owed_a_second_reading() -> None:
    overlap = Overlap(2)
    overlap.saw((1, 2, 3), NOON)
    overlap.saw((6, 7), LATER)

    assert overlap.second_reading(LATER) is None
    assert overlap.second_reading(END) == Stretch(1, 5, NOON, NOON)
    assert overlap.second_reading(END) is None


def test_a_stretch_has_no_hole_before_the_window_that_is_read_with_each_page() -> None:
    overlap = Overlap(2)
    overlap.saw((1, 2, 5, 9), NOON)

    assert (overlap.start(Cursor(9)), overlap.second_reading(END)) == (4, Stretch(1, 4, NOON, NOON))


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
        overlap.read(NOON + 2 * number * REREAD)
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


def test_what_waits_to_be_read_again_is_not_settled() -> None:
    overlap = Overlap(2)
    overlap.saw((3, 4, 5, 6), NOON)
    known = [overlap.settled(Cursor(9))]
    overlap.read(END)
    known.append(overlap.settled(Cursor(9)))
    owed = overlap.second_reading(END)
    assert (known, owed, overlap.settled(Cursor(9))) == ([2, 2], Stretch(3, 4, NOON, NOON), 9)


def test_a_backlog_of_old_events_is_settled_at_once() -> None:
    overlap = Overlap(2)
    overlap.saw((3, 4, 5, 6), NOON, fresh=False)
    assert overlap.settled(Cursor(6)) == 6
