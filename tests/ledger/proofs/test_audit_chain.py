"""A chain holds only as it was written: each change, at each place, is told with the place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.ledger.proofs.audit_chain import Break, Entry, Head, Walker, canonical, digest_of, first_break, moment

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def chain(length: int) -> list[Entry]:
    found: list[Entry] = []
    for number in range(1, length + 1):
        before = found[-1].hash if found else Head().hash
        draft = Entry(number, NOON + timedelta(seconds=number), "jdoe", "release", "acme/e", '{"n":1}', before, "")
        found.append(replace(draft, hash=digest_of(draft)))
    return found


def test_a_chain_holds_as_it_was_written_and_an_empty_one_too() -> None:
    walker, entries = Walker(), chain(3)
    assert [walker.step(entry) for entry in entries] == [None] * 3
    assert (walker.head, first_break([])) == (Head(3, entries[-1].hash), None)


CHANGES: dict[str, Any] = {
    "seq": 9,
    "at": NOON,
    "actor": "mallory",
    "action": "step",
    "subject": "acme/f",
    "detail": '{"n":2}',
    "prev_hash": "1" * 64,
    "hash": "1" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_field_changed_anywhere_breaks_it_there(field: str, place: int) -> None:
    entries = chain(3)
    entries[place] = replace(entries[place], **{field: CHANGES[field]})
    found = first_break(entries)
    assert found is not None
    assert found.seq == (9 if field == "seq" else place + 1)


def test_a_changed_entry_with_a_digest_made_anew_breaks_the_one_after_it() -> None:
    entries = chain(3)
    changed = replace(entries[1], actor="mallory")
    entries[1] = replace(changed, hash=digest_of(changed))
    assert first_break(entries) == Break(3, "it does not name the entry before it")


@pytest.mark.parametrize(
    ("order", "broken"),
    [([1, 2], 2), ([0, 2], 3), ([1, 0, 2], 2), ([0, 0, 1], 1), ([0, 2, 1], 3)],
)
def test_what_is_taken_out_doubled_or_put_in_another_order_breaks_it(order: list[int], broken: int) -> None:
    entries = chain(3)
    found = first_break(entries[one] for one in order)
    assert found is not None
    assert found.seq == broken


def test_no_field_can_lend_letters_to_the_next_one() -> None:
    one = chain(1)[0]
    assert digest_of(replace(one, actor="a", action="bc")) != digest_of(replace(one, actor="ab", action="c"))


@given(value=JSON)
def test_a_value_has_one_canonical_form_in_ascii(value: object) -> None:
    text = canonical(value)
    assert text.isascii()
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [1.5, float("nan"), {"a": [0.0]}, {"a": NOON}, b"x", {"a": {1, 2}}])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"float|serializable|keys must be"):
        canonical(value)


def test_a_moment_is_written_in_utc_and_always_as_long() -> None:
    there = datetime(2026, 3, 4, 14, tzinfo=timezone(timedelta(hours=2)))
    assert [moment(there), moment(NOON + timedelta(microseconds=5))] == [
        "2026-03-04T12:00:00.000000Z",
        "2026-03-04T12:00:00.000005Z",
    ]
