"""Each condition: a row that holds and a row that does not, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scanner.model import Finding
from scanner.rulebook.conditions import Cost, Text
from scanner.rulebook.facts import Facts, facts_of
from scanner.rulebook.match import Match, decide
from tests.rulebook import CONTENT, EMPTY_SHA256, VERSION, facts

PE = "application/x-dosexec"
SIGNED = facts_of(VERSION, None, CONTENT, (Finding("clamd", "Win.Trojan.Agent-1", malware=True),))


@pytest.mark.parametrize(
    ("match", "facts", "holds"),
    [
        ({"path": "/Shared/**/*.docx"}, facts(), True),
        ({"path": "/Shared/*.docx"}, facts(), False),
        ({"folder": "/Shared"}, facts(), True),
        ({"folder": "/Shared/"}, facts(), True),
        ({"folder": "/Shared/Projects/Plan.docx"}, facts(), False),
        ({"folder": "/Share"}, facts(), False),
        ({"name": ["x*", "plan*"]}, facts(), True),
        ({"name": "projects*"}, facts(), False),
        ({"extension": ["xlsx", "DOCX"]}, facts(), True),
        ({"extension": "doc"}, facts(), False),
        ({"extension": "tar.gz"}, facts("/a.tar.gz"), True),
        ({"extension": "exe"}, facts("/a.exe. ."), True),
        ({"extension": "exe"}, facts("/exe"), False),
        ({"mime": "text/*"}, facts(), True),
        ({"mime": "image/*"}, facts(), False),
        ({"declared_mime": "application/pdf"}, facts("/a.PDF"), True),
        ({"declared_mime": "*/*"}, facts("/a"), False),
        ({"mismatch": True}, facts("/a.pdf", mime=PE), True),
        ({"mismatch": True}, facts("/a.exe", mime=PE), False),
        ({"mismatch": False}, facts("/a.exe", mime=PE), True),
        ({"size": "> 9B"}, facts(), True),
        ({"size": "> 10B"}, facts(), False),
        ({"size": ">= 10B"}, facts(), True),
        ({"size": "< 10B"}, facts(), False),
        ({"size": "<=10B"}, facts(), True),
        ({"size": "10B"}, facts(), True),
        ({"size": "11B..1KiB"}, facts(), False),
        ({"size": "1B .. 10B"}, facts(), True),
        ({"sha256": [EMPTY_SHA256.upper()]}, facts(), True),
        ({"sha256": "0" * 64}, facts(), False),
        ({"signature": "Win.*"}, SIGNED, True),
        ({"signature": "Unix.*"}, SIGNED, False),
        ({"signature": "*"}, facts(), False),
        ({"uploader": "svc-*"}, facts(uploader="SVC-backup"), True),
        ({"uploader": "*"}, facts(uploader=None), False),
        ({"not": {"uploader": "*"}}, facts(uploader=None), True),
        ({"event": ["copy", "move"]}, facts(action="rename"), True),
        ({"event": "create"}, facts(action="listing"), False),
    ],
)
def test_a_condition_holds_or_not(match: dict[str, Any], facts: Facts, holds: bool) -> None:
    assert decide(Match.model_validate(match), facts, {}) is holds


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        ({"path": "Shared/x"}, "must begin with / or **, since paths begin at the root, as in /Shared/Projects/**"),
        ({"name": "a/b"}, "has a slash, which no name has; use path instead"),
        ({"extension": ".exe"}, '".exe" is no extension; write it without a dot before it and without *, like exe'),
        ({"extension": "*"}, '"*" is no extension; write it without a dot before it and without *, like exe'),
        ({"name": []}, "must not be empty"),
        ({"name": ["a"] * 1001}, "must have 1 to 1000 values"),
        ({"size": "10"}, '"10" is no size; write "> 10MiB", "<= 4KiB", 1KiB..10MiB or 0B'),
        ({"size": "2KiB..1KiB"}, '"2KiB..1KiB" is a range the wrong way round'),
        ({"size": "< 0B"}, "can never hold: no content has less than 0 bytes"),
        ({"sha256": "abc"}, '"abc" is no SHA-256; write its 64 hexadecimal digits'),
        ({"path": None}, "has no value; write one or remove the key"),
        ({"text": {"regex": "a", "within": "257MiB"}}, "must be 1B to 256MiB"),
        ({"text": ["a"] * 101}, "must have 1 to 100 values"),
        ({}, "must hold at least one condition"),
        ({"not": {}}, "must hold at least one condition"),
        ({"any": []}, "must not be empty"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_the_reason(match: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Match.model_validate(match)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


@pytest.mark.parametrize("match", [{"mismatch": "yes"}, {"mismatch": 1}, {"name": 1}, {"event": "delete"}, {"text": 5}])
def test_wrong_types_are_not_bent_into_right_ones(match: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate(match)


def test_every_condition_says_what_it_costs_and_text_costs_most() -> None:
    costs = {name: _condition(name).cost for name in Match.model_fields if name not in ("every", "some", "no")}
    assert max(costs.values()) is Cost.SEARCH
    assert [name for name, cost in costs.items() if cost is Cost.SEARCH] == ["text"]


def _condition(name: str) -> Any:
    return next(part for part in Match.model_fields[name].annotation.__args__ if part is not type(None))  # type: ignore[union-attr]


def test_text_is_a_pattern_or_several_plain_or_with_options() -> None:
    one, other = Text.model_validate(["a", {"regex": "b", "ignore_case": True, "within": "1KiB"}]).root
    assert (one.regex, one.ignore_case, one.within) == ("a", False, None)
    assert (other.regex, other.ignore_case, other.within) == ("b", True, 1024)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*Match.model_fields, "all", "any", "not", "regex"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=50))
def test_whatever_is_written_is_refused_or_decides(written: Any, path: str) -> None:
    try:
        match = Match.model_validate(written)
    except ValidationError:
        return
    assert decide(match, facts(path), {}) in (True, False, None)
