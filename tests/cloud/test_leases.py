"""Slots that were booked elsewhere: each is used once and not late, and more are asked for only when somebody waits."""

from __future__ import annotations

from scanner.cloud.leases import LOOK_AGAIN, STALE, Leases

HALF = 0.5


def test_who_finds_no_slot_asks_once_and_looks_again() -> None:
    asked: list[tuple[int, float]] = []
    leases = Leases(lambda count, interval: asked.append((count, interval)))
    assert [leases.wait(0.0, 2, HALF), leases.wait(0.1, 0, HALF)] == [LOOK_AGAIN, LOOK_AGAIN]
    assert asked == [(3, HALF)]


def test_slots_are_for_the_foremost_first_and_each_is_used_once() -> None:
    asked: list[int] = []
    leases = Leases(lambda count, _: asked.append(count))
    leases.granted(10.0, 2, HALF)
    assert [leases.wait(10.0, ahead, HALF) for ahead in (0, 1)] == [0.0, HALF]
    leases.take()
    assert (leases.wait(10.0, 0, HALF), asked) == (HALF, [])
    leases.take()
    assert (leases.wait(10.5, 0, HALF), asked) == (LOOK_AGAIN, [1])


def test_a_slot_that_was_not_used_in_time_is_lost() -> None:
    asked: list[int] = []
    leases = Leases(lambda count, _: asked.append(count))
    leases.granted(10.0, 1, HALF)
    assert leases.wait(10.0 + STALE, 0, HALF) == -STALE
    assert (leases.wait(10.1 + STALE, 0, HALF), asked) == (LOOK_AGAIN, [1])


def test_where_many_calls_a_second_are_allowed_a_bundle_is_asked_for() -> None:
    asked: list[int] = []
    leases = Leases(lambda count, _: asked.append(count))
    leases.wait(0.0, 0, 1 / 200)
    assert asked == [20]
