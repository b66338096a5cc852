"""A statement is read only as it was written, and a row of them holds only whole and in order."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.ledger.proofs.audit_chain import Head, canonical
from scanner.ledger.proofs.statement import (
    Last,
    NotAStatement,
    Statement,
    body_of,
    days_due,
    days_lost,
    follows,
    last_of,
    parse,
    signed_bytes,
)

DAY = date(2026, 3, 4)
COVERAGE = {"complete": True, "places": [{"domain": "acme", "seen": 3}]}
BACKLOG = {"open": 0, "given_up": 0, "oldest": None}
HEAD = Head(7, "ab" * 32)


def row(length: int) -> list[Statement]:
    """Days that follow one another; signed by nobody."""
    found: list[Statement] = []
    for number in range(length):
        previous = last_of(found[-1]) if found else None
        body = body_of(DAY + timedelta(days=number), COVERAGE, BACKLOG, HEAD, previous)
        found.append(Statement(body, "cd" * 32, "ef" * 64))
    return found


def test_a_statement_comes_back_from_its_file_as_it_was() -> None:
    for statement in row(2):
        assert parse(statement.text()) == statement


def test_statements_that_follow_one_another_hold() -> None:
    first, second, third = row(3)
    assert (follows(last_of(first), second), follows(last_of(second), third)) == (None, None)
    assert last_of(third) == Last(3, DAY + timedelta(days=2), third.digest)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0, 2, "number 3 does not follow 1: one is missing"),
        (1, 0, "number 1 does not follow 2"),
        (1, 1, "number 2 does not follow 2: one is missing, doubled"),
    ],
)
def test_one_that_is_missing_doubled_or_in_another_order_is_told(before: int, after: int, said: str) -> None:
    statements = row(3)
    problem = follows(last_of(statements[before]), statements[after])
    assert problem is not None
    assert problem.startswith(said)


def test_a_day_left_out_and_another_statement_before_are_told() -> None:
    first, second = row(2)
    last = last_of(first)
    later = body_of(DAY + timedelta(days=2), COVERAGE, BACKLOG, HEAD, last)
    assert follows(last, Statement(later, "", "")) == "2026-03-06 does not follow 2026-03-04: a day is missing"
    other = Last(1, DAY, "0" * 64)
    assert follows(other, second) == "it names another statement before it than the one that is there"


def changed(**fields: Any) -> str:
    """A statement's file with fields of its body put in place of others."""
    file = json.loads(row(2)[1].text())
    file["statement"] |= fields
    return canonical(file) + "\n"


def whole(**fields: Any) -> str:
    return canonical(json.loads(row(2)[1].text()) | fields) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        row(1)[0].text() + "\n",
        row(1)[0].text().replace(",", ", ", 1),
        row(1)[0].text().replace('{"key"', '{"key":"x","key"'),
        changed(kind="another"),
        changed(form=2),
        changed(form=True),
        changed(number=0),
        changed(number="2"),
        changed(number=True),
        changed(number=1),
        changed(day="someday"),
        changed(day=20260304),
        changed(previous=None),
        changed(previous={"day": "2026-03-04", "digest": "x"}),
        changed(previous=[]),
        changed(audit=None),
        changed(audit={"seq": 1, "hash": 7}),
        changed(more=1),
        whole(more=1),
        whole(key="CD" * 32),
        whole(key=int("1" * 64)),
        whole(signature="ef" * 63),
        whole(signature=int("1" * 128)),
        whole(statement=[]),
        row(1)[0].text().replace(":3}", ":3.0}"),
    ],
)
def test_anything_else_is_no_statement(text: str) -> None:
    with pytest.raises(NotAStatement):
        parse(text)


@given(text=st.text() | st.binary().map(repr))
def test_no_text_is_too_odd_to_be_refused(text: str) -> None:
    with pytest.raises(NotAStatement):
        parse(text)


@pytest.mark.parametrize(
    ("last", "most", "due"),
    [
        (None, 31, [3]),
        (Last(1, DAY.replace(day=3), ""), 31, []),
        (Last(1, DAY.replace(day=4), ""), 31, []),  # the clock went back
        (Last(1, DAY.replace(day=1), ""), 31, [2, 3]),
        (Last(1, DAY.replace(day=1), ""), 1, [2]),
    ],
)
def test_days_that_have_ended_are_due_and_none_is_left_out(last: Last | None, most: int, due: list[int]) -> None:
    assert days_due(last, DAY, most) == [DAY.replace(day=day) for day in due]


@pytest.mark.parametrize(
    ("held", "due", "lost"),
    [
        (None, [2, 3], None),
        (1, [2, 3], None),
        (2, [2, 3], None),
        (3, [3], (2, 2)),
        (4, [], (2, 3)),
    ],
)
def test_a_day_of_which_events_were_dropped_cannot_be_stated(
    held: int | None, due: list[int], lost: tuple[int, int] | None
):
    last, today = Last(1, DAY.replace(day=1), "ab" * 32), DAY.replace(day=4)
    first = None if held is None else DAY.replace(day=held)
    assert [day.day for day in days_due(last, today, 9, first)] == due
    found = days_lost(last, today, first)
    assert (None if found is None else (found[0].day, found[1].day)) == lost


def test_what_is_signed_is_for_this_purpose_alone() -> None:
    assert signed_bytes("{}") == b"scanner coverage statement 1\n{}"
