"""An entry comes back from its line as it was; whatever else a line says is no entry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.ledger.proofs.audit_chain import Break, Entry, canonical, digest_of, first_break
from scanner.ledger.proofs.audit_export import LONGEST_LINE, as_json, entries_in
from tests.ledger.proofs.test_audit_chain import JSON, chain


def line(entry: Entry, **changed: Any) -> str:
    return json.dumps(as_json(entry) | changed)


@given(detail=st.dictionaries(st.text(), JSON, max_size=3), actor=st.text(), subject=st.text())
def test_an_entry_comes_back_from_its_line(detail: dict[str, object], actor: str, subject: str) -> None:
    draft = replace(chain(1)[0], detail=canonical(detail), actor=actor, subject=subject)
    entry = replace(draft, hash=digest_of(draft))
    assert list(entries_in([line(entry)])) == [entry]


def test_an_export_holds_and_one_that_was_changed_does_not() -> None:
    entries = chain(3)
    lines = [line(one) for one in entries]
    assert first_break(entries_in(lines)) is None
    lines[1] = line(entries[1], actor="mallory")
    assert first_break(entries_in(lines)) == Break(2, "it was changed after it was written")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        json.dumps({"seq": 1}),
        line(chain(1)[0], more=1),
        line(chain(1)[0], seq="1"),
        line(chain(1)[0], seq=True),
        line(chain(1)[0], actor=None),
        line(chain(1)[0], detail="{}"),
        line(chain(1)[0], detail={"n": 0.5}),
        line(chain(1)[0], at="2026-03-04"),
        line(chain(1)[0], at="2026-03-04T12:00:01Z"),
        line(chain(1)[0], at="never"),
        line(chain(1)[0]) + " " * LONGEST_LINE,
    ],
)
def test_anything_else_is_no_entry_and_told_with_its_line(written: str) -> None:
    (found,) = entries_in([written])
    assert isinstance(found, Break)
    assert found.reason.startswith("line 1 is no entry: ")


@given(written=st.text())
def test_no_line_is_too_odd_to_be_told(written: str) -> None:
    (found,) = entries_in([written])
    assert isinstance(found, Break)
