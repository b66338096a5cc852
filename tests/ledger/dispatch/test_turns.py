"""Whose turn it is, as a table."""

import pytest

from scanner.ledger.dispatch.turns import Turn, in_turn, room

LIVE, BACKFILL = 10, 40


@pytest.mark.parametrize(
    ("due", "running", "expected"),
    [
        ({}, {"acme": 3}, []),
        ({"acme": [(LIVE, 1), (LIVE, 2)], "bolt": [(LIVE, 3), (LIVE, 4)]}, {}, [1, 3, 2, 4]),
        ({"acme": [(LIVE, 1), (LIVE, 2)], "bolt": [(LIVE, 3), (LIVE, 4)]}, {"acme": 1}, [3, 1, 4, 2]),
        ({"acme": [(LIVE, 1), (LIVE, 2)], "bolt": [(LIVE, 3), (LIVE, 4)]}, {"acme": 2}, [3, 4, 1, 2]),
        ({"acme": [(LIVE, 2)], "bolt": [(BACKFILL, 1)]}, {"acme": 9}, [2, 1]),
        ({"acme": [(LIVE, 1), (BACKFILL, 2)], "bolt": [(BACKFILL, 3)]}, {}, [1, 3, 2]),
    ],
    ids=["none", "in turn", "one ahead", "two ahead", "lanes before shares", "a share counts what goes before it"],
)
def test_lanes_go_in_order_and_within_one_the_domain_that_has_least_in_work(due, running, expected):
    assert [turn.id for turn in in_turn(due, running)] == expected


def test_a_turn_tells_of_which_domain_it_is_and_what_came_before():
    assert in_turn({"acme": [(LIVE, 7)]}, {"acme": 2}) == [Turn(LIVE, 2, 7, "acme")]


@pytest.mark.parametrize(
    ("limit", "running", "total", "expected"), [(4, 0, 9, 4), (4, 3, 9, 1), (4, 5, 9, 0), (9, 0, 2, 2), (9, 0, -1, 0)]
)
def test_there_is_room_within_the_limit_of_a_domain_and_that_of_all(limit, running, total, expected):
    assert room(limit, running, total) == expected
