"""Each condition: a row that holds and a row that does not, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scanner.model import Finding, Gap, Unscannable
from scanner.rulebook.conditions import any_of
from scanner.rulebook.facts import Facts, facts_of
from scanner.rulebook.known import Known
from scanner.rulebook.match import Match, MemberMatch, decide
from scanner.rulebook.questions import Ask, Unanswerable
from tests.rulebook import CONTENT, EMPTY_SHA256, VERSION, facts, known, member

PE = "application/x-dosexec"
SIGNED = facts_of(VERSION, CONTENT, (Finding("clamd", "Win.Trojan.Agent-1", malware=True),))


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
        ({"family": ["program", "text"]}, facts(), True),
        ({"family": "program"}, facts(), False),
        ({"family": "text"}, facts(mime="application/octet-stream"), False),
    ],
)
def test_a_condition_holds_or_not(match: dict[str, Any], facts: Facts, holds: bool) -> None:
    assert decide(Match.model_validate(match), Known(facts)) is holds


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
        ({"entropy": "high"}, '"high" is no range of numbers; write "> 5", "<= 5", 2..5 or 3'),
        ({}, "must hold at least one condition"),
        ({"not": {}}, "must hold at least one condition"),
        ({"any": []}, "must not be empty"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_the_reason(match: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Match.model_validate(match)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


@pytest.mark.parametrize(
    "match", [{"mismatch": "yes"}, {"mismatch": 1}, {"name": 1}, {"family": "none"}, {"members": True}]
)
def test_wrong_types_are_not_bent_into_right_ones(match: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate(match)


ENTROPY = Match.model_validate({"entropy": "> 7.5"})


@pytest.mark.parametrize(("entropy", "holds"), [(7.6, True), (7.5, False), (None, None)])
def test_entropy_holds_once_it_is_measured(entropy: float | None, holds: bool | None) -> None:
    assert decide(ENTROPY, known({} if entropy is None else {Ask.ENTROPY: entropy})) is holds


def test_a_condition_says_what_to_ask_and_what_stood_in_the_way() -> None:
    condition, gap = ENTROPY.parts[0], Gap(Unscannable.LIMITS)
    assert list(condition.pending(known())) == [Ask.ENTROPY]  # type: ignore[union-attr]
    asked = known({Ask.ENTROPY: Unanswerable(gap)})
    assert (list(condition.pending(asked)), list(condition.gaps(asked))) == ([], [gap])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"place": "*.zip!a.*"}, True),
        ({"place": "a.exe"}, False),
        ({"name": "a.exe"}, True),
        ({"extension": "exe"}, True),
        ({"depth": 2}, True),
        ({"depth": "> 2"}, False),
        ({"size": "10B"}, True),
        ({"declared_mime": "application/*"}, True),
        ({"mime": "*"}, None),
        ({"family": "text"}, None),
        ({"mismatch": False}, None),
        ({"sha256": EMPTY_SHA256}, None),
        ({"not": {"mime": "text/*"}}, None),
    ],
)
def test_of_a_member_that_was_not_taken_out_only_its_name_and_size_are_known(
    match: dict[str, Any], holds: bool | None
) -> None:
    locked = member("a.exe", place="B.zip!A.exe", depth=2, mime=None, sha256=None, declared_mime=DECLARED)
    assert decide(MemberMatch.model_validate(match), Known(facts(), {}, locked)) is holds


DECLARED = "application/vnd.microsoft.portable-executable"


@pytest.mark.parametrize(
    ("answers", "together"),
    [([], False), ([False, None], None), ([None, True], True), ([False, False], False), ([None], None)],
)
def test_one_yes_is_enough_and_what_is_not_known_could_be_one(
    answers: list[bool | None], together: bool | None
) -> None:
    assert any_of(answers) is together


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*Match.model_fields, *MemberMatch.model_fields, "all", "any", "not", "regex", "in", "zone"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=50))
def test_whatever_is_written_is_refused_or_decides(written: Any, path: str) -> None:
    try:
        match = Match.model_validate(written)
    except ValidationError:
        return
    assert decide(match, known(path=path)) in (True, False, None)
