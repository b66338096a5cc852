"""Parents of members, also where names are chosen to confuse."""

from __future__ import annotations

import tracemalloc

import pytest

from scanner.inspection.kinship import Kinship
from scanner.rulebook.anatomy import Member


def members(*places: tuple[int, str]) -> list[Member]:
    return [Member(place, place, depth, 0) for depth, place in places]


@pytest.mark.parametrize(
    ("places", "parents", "opened"),
    [
        ([], (), set()),
        ([(1, "a"), (1, "b")], ((), ()), set()),
        ([(1, "a"), (2, "a!x"), (3, "a!x!y"), (1, "b")], ((), (0,), (1,), ()), {0, 1}),
        ([(1, "a"), (1, "b"), (2, "b!x"), (2, "a!x")], ((), (), (1,), (0,)), {0, 1}),
        # Two of one name: neither is known to have been opened.
        ([(1, "a"), (1, "a"), (2, "a!x")], ((), (), (0,)), set()),
        # A name that looks like a place.
        ([(1, "a"), (1, "a!b"), (2, "a!b!x")], ((), (), (0, 1)), set()),
        ([(1, "a"), (1, "a!x")], ((), ()), set()),
        ([(2, "a!x")], ((),), set()),
    ],
)
def test_who_may_be_around_whom(
    places: list[tuple[int, str]], parents: tuple[tuple[int, ...], ...], opened: set[int]
) -> None:
    kinship = Kinship(members(*places))
    assert (kinship.parents, kinship.opened) == (parents, opened)


def test_many_members_with_places_full_of_separators_take_no_long() -> None:
    kinship = Kinship(members(*((2, "!" * 900 + str(number)) for number in range(3000))))
    assert kinship.opened == frozenset()


def test_thousands_of_one_name_each_with_a_member_take_no_room() -> None:
    tracemalloc.start()
    kinship = Kinship(members(*((1, "a") for _ in range(5_000)), *((2, f"a!{number}") for number in range(5_000))))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (set(kinship.group[:5_000]), set(kinship.parents[5_000:]), kinship.opened) == ({0}, {(0,)}, frozenset())
    assert most < 16 * 1024**2
