"""The values that conditions are written with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scanner.rulebook.values import (
    Bounds,
    Digests,
    Extensions,
    Globs,
    NameGlobs,
    PathGlobs,
    Regex,
    WrittenCount,
    WrittenNumbers,
    WrittenRange,
    number_bounds,
    size_bounds,
)

KINDS = [
    TypeAdapter[object](kind)
    for kind in (Digests, Extensions, Globs, NameGlobs, PathGlobs, Regex, WrittenRange, WrittenNumbers, WrittenCount)
]


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("0B", (0, 0)),
        ("> 1KiB", (1025, None)),
        (">=1KiB", (1024, None)),
        ("< 1KiB", (0, 1023)),
        ("<= 1KiB", (0, 1024)),
        ("1B..2B", (1, 2)),
        ("1B .. 2B", (1, 2)),
    ],
)
def test_a_range_has_a_lowest_and_a_highest_size(written: str, bounds: tuple[int, int | None]) -> None:
    assert size_bounds(written) == bounds


@pytest.mark.parametrize(
    "written", ["", "1", "> 1", "1B..", "..1B", "1B..2B..3B", "=1B", "1KB", "2B..1B", ">  1B", "1B\n"]
)
def test_what_is_no_range_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no size|wrong way round"):
        size_bounds(written)


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("3", Bounds(3, 3)),
        ("> 7.5", Bounds(7.5, without_lowest=True)),
        (">=7", Bounds(7)),
        ("< 2", Bounds(highest=2, without_highest=True)),
        ("<= 2", Bounds(highest=2)),
        ("0..1.5", Bounds(0, 1.5)),
        ("1 .. 2", Bounds(1, 2)),
    ],
)
def test_a_range_of_numbers_has_ends_that_belong_to_it_or_not(written: str, bounds: Bounds) -> None:
    assert number_bounds(written) == bounds


@pytest.mark.parametrize("written", ["", "1..", "-1", "> -1", "1e3", "nan", "2..1", "=1", "1,5", "١", "1\n"])
def test_what_is_no_range_of_numbers_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no range of numbers|wrong way round"):
        number_bounds(written)


@pytest.mark.parametrize(
    ("kind", "written", "reason"),
    [
        (WrittenNumbers, "< 0", "can never hold: the number is never below 0"),
        (WrittenCount, "> 1.5", '"> 1.5" has a fraction, which no count has'),
        (WrittenCount, 2.5, '"2.5" has a fraction, which no count has'),
    ],
)
def test_a_number_that_cannot_be_is_refused(kind: object, written: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=f"Value error, {reason}"):
        TypeAdapter[object](kind).validate_python(written)


def test_a_plain_number_is_a_range_of_one() -> None:
    adapter = TypeAdapter[object](WrittenCount)
    assert adapter.validate_python(3) == adapter.validate_python("3") == "3"


@given(st.sampled_from(["3", "> 3", ">= 3", "< 3", "<= 3", "2..5"]), st.integers(0, 7), st.integers(0, 7))
def test_what_is_settled_by_a_part_is_not_changed_by_the_rest(written: str, part: int, rest: int) -> None:
    bounds = number_bounds(written)
    assert bounds.settled_by(part) in (None, part + rest in bounds)


def test_one_value_is_a_list_of_one() -> None:
    adapter = TypeAdapter[object](Extensions)
    assert adapter.validate_python("exe") == adapter.validate_python(["exe"]) == ("exe",)


@given(st.sampled_from(KINDS), st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=5))
def test_any_value_is_taken_or_refused_in_words(kind: TypeAdapter[object], written: object) -> None:
    try:
        kind.validate_python(written)
    except ValidationError as error:
        messages = [one["msg"] for one in error.errors()]
        assert all(messages)
