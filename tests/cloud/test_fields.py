"""Fields of hostile JSON: a value of the right type and size, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud import fields
from scanner.errors import BadAnswer

AT = datetime(2026, 3, 4, 9, 15, 22, 118_000, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
TIMES = [
    ("2026-03-04T09:15:22.118Z", AT),
    ("2026-03-04T09:15:22.118+00:00", AT),
    ("2026-03-04T09:15:22.118+0000", AT),
    ("2026-03-04T10:15:22.118+0100", AT),
    ("2026-03-04T09:15:22Z", AT.replace(microsecond=0)),
    ("Wed, 04 Mar 2026 09:15:22 GMT", AT.replace(microsecond=0)),
    (1772615722118, AT),
    ("1772615722118", AT),
    (None, None),
    (True, None),
    (-1, None),
    (2**62, None),
    (1e12, None),
    ("", None),
    ("yesterday", None),
    ("2026-02-30T09:15:22Z", None),
    ("0001-01-01T00:00:00+2359", None),
    ("9" * 5_000, None),
    ([], None),
]
NUMBERS = [
    (0, 0),
    (7, 7),
    ("7", 7),
    (2**63 - 1, 2**63 - 1),
    (2**63, None),
    (-1, None),
    (True, None),
    (7.0, None),
    ("x", None),
    ("٣", None),
    (None, None),
]
IDS = [
    ("a-1", "a-1"),
    (904211, "904211"),
    ("", None),
    ("x" * 513, None),
    ("\ud800", None),
    (True, None),
    (None, None),
    (1.5, None),
    (10**40, None),
]


@pytest.mark.parametrize(("written", "time"), TIMES)
def test_times_are_read_in_all_forms_of_the_platform(written: object, time: datetime | None) -> None:
    assert fields.moment({"at": written}, "at") == time


@pytest.mark.parametrize(("written", "number"), NUMBERS)
def test_numbers_have_64_bits(written: object, number: int | None) -> None:
    assert fields.maybe_number({"n": written}, "n") == number


@pytest.mark.parametrize(("written", "ident"), IDS)
def test_ids_are_texts_that_nobody_cuts(written: object, ident: str | None) -> None:
    assert fields.maybe_id({"id": written}, "id") == ident


def test_texts_are_cut_and_can_be_stored() -> None:
    assert fields.maybe_text({"t": "ab\ud800c" * 10}, "t", 4) == "ab?c"


@pytest.mark.parametrize("needed", [fields.text, fields.number, fields.ident])
@pytest.mark.parametrize("row", [{}, {"x": None}, {"x": []}, {"x": {}}, {"x": ""}])
def test_what_is_needed_and_not_there_is_a_bad_answer(needed: Any, row: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer, match=r"^file: x is missing"):
        needed(row, "x", "file")


@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_an_answer_is_an_object(value: object) -> None:
    with pytest.raises(BadAnswer):
        fields.mapping(value, "file")


@pytest.mark.parametrize("value", [{}, "x", [1], [[]], [None], [{}] * (fields.MOST_ROWS + 1)])
def test_rows_are_a_bounded_list_of_objects(value: object) -> None:
    with pytest.raises(BadAnswer):
        fields.rows({"r": value}, "r", "links")


def test_absent_rows_are_none() -> None:
    assert fields.rows({}, "r", "links") == fields.rows({"r": None}, "r", "links") == []


@given(JSON)
def test_no_value_makes_a_reader_fail(value: Any) -> None:
    row = json.loads(json.dumps({"x": value}))
    for maybe in (fields.maybe_text, fields.maybe_id, fields.maybe_number, fields.moment, fields.flag):
        maybe(row, "x")
