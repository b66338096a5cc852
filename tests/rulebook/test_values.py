"""The values that conditions are written with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scanner.rulebook.values import Digests, Extensions, Globs, NameGlobs, PathGlobs, Regex, WrittenRange, size_bounds

KINDS = [TypeAdapter[object](kind) for kind in (Digests, Extensions, Globs, NameGlobs, PathGlobs, Regex, WrittenRange)]


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
