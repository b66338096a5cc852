"""What stands in a content: searched, counted, scanned."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scanner.model import Gap, Unscannable
from scanner.rulebook.content_conditions import Text
from scanner.rulebook.facts import Nature
from scanner.rulebook.known import Known
from scanner.rulebook.match import Match, MemberMatch, decide, pending
from scanner.rulebook.questions import Answer, Ask, Matched, Question, Search, Tally, Unanswerable
from scanner.rulebook.yara_rules import YaraMatch, YaraRule
from tests.rulebook import facts, known, member

WRAPPED = Nature(wrapped=True)
BYTES, TEXT = Search("a"), Search("a", taken_out=True)
NONE, ONE = Tally(), Tally(1, 7, done=False)
CUT = Tally(gap=Gap(Unscannable.LIMITS), done=False)


def test_text_is_a_pattern_or_several_plain_or_with_options() -> None:
    one, other = Text.model_validate(["a", {"regex": "b", "ignore_case": True, "within": "1KiB", "at_least": 3}]).root
    assert list(one.searches.values()) == [BYTES, TEXT]
    assert list(other.searches.values()) == [Search("b", ignore_case=True, within=1024)]
    assert other.searches["bytes"].enough == 3


def test_a_beginning_is_one_of_bytes_unless_it_is_said_otherwise() -> None:
    (pattern,) = Text.model_validate({"regex": "b", "within": "1KiB", "in": "text"}).root
    assert list(pattern.searches.values()) == [Search("b", within=1024, taken_out=True)]


@pytest.mark.parametrize(
    ("nature", "answers", "holds"),
    [
        (Nature(), {}, None),
        (Nature(), {BYTES: NONE}, False),
        (Nature(), {BYTES: ONE}, True),
        (Nature(), {BYTES: CUT}, None),
        (Nature(), {BYTES: Unanswerable(CUT.gap or Gap(Unscannable.LIMITS))}, None),
        (WRAPPED, {BYTES: NONE}, None),
        (WRAPPED, {BYTES: NONE, TEXT: NONE}, False),
        (WRAPPED, {BYTES: NONE, TEXT: ONE}, True),
        (WRAPPED, {BYTES: CUT, TEXT: NONE}, None),
        (WRAPPED, {BYTES: ONE}, True),
    ],
)
def test_text_holds_where_bytes_or_the_text_taken_out_of_them_hold_it(
    nature: Nature, answers: dict[Question, Answer], holds: bool | None
) -> None:
    assert decide(Match.model_validate({"text": "a"}), known(answers, nature=nature)) is holds


@pytest.mark.parametrize(
    ("tally", "holds"),
    [(Tally(2, 0), False), (Tally(3, 0, done=False), True), (Tally(2, 0, done=False), None), (Tally(9, 0), True)],
)
def test_a_number_of_matches_can_be_asked_for(tally: Tally, holds: bool | None) -> None:
    match = Match.model_validate({"text": {"regex": "a", "at_least": 3}})
    assert decide(match, known({BYTES: tally})) is holds


def test_a_content_is_taken_apart_only_for_what_its_bytes_do_not_hold() -> None:
    match = Match.model_validate({"text": ["a", {"regex": "a", "in": "text"}]})
    assert [pending(match, known(answers, nature=WRAPPED)) for answers in ({}, {BYTES: NONE})] == [
        (BYTES,),
        (TEXT, TEXT),
    ]
    assert pending(match, known({BYTES: NONE})) == ()


def test_a_detector_is_searched_for_like_a_pattern() -> None:
    match = Match.model_validate({"text": {"detector": "iban", "at_least": 2, "in": "bytes"}})
    assert pending(match, known()) == (Search(detector="iban"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ({"regex": "a", "within": "257MiB"}, "must be 1B to 256MiB"),
        (["a"] * 101, "must have 1 to 100 values"),
        ({"at_least": 2}, "must have a regex or a detector, and not both"),
        ({"regex": "a", "detector": "iban"}, "must have a regex or a detector, and not both"),
        ({"detector": "iban", "ignore_case": True}, "has a detector, which knows itself whether case matters"),
        ({"regex": "a", "in": []}, "must not be empty"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_with_the_reason(text: Any, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Match.model_validate({"text": text})
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


@pytest.mark.parametrize("text", [5, {"regex": "a", "at_least": 0}, {"regex": "a", "at_least": 1_001}, {"regex": 1}])
def test_wrong_types_and_numbers_are_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate({"text": text})


def test_a_detector_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValidationError, match=r'"ibn" is no detector; there are .*iban'):
        Match.model_validate({"text": {"detector": "ibn"}})


PHP = YaraRule("malware/web", "php_eval", ("php", "web"))
MATCHED = known({Ask.YARA: Matched((YaraMatch(PHP, 3),))})


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"yara": "PHP_*"}, True),
        ({"yara": "malware/web.*"}, True),
        ({"yara": ["jsp", "other/*.*"]}, False),
        ({"yara_tag": ["elf", "php"]}, True),
        ({"yara_tag": "PHP"}, False),
    ],
)
def test_a_yara_rule_is_meant_by_name_full_name_or_tag(match: dict[str, Any], holds: bool) -> None:
    assert decide(Match.model_validate(match), MATCHED) is holds


def test_yara_is_asked_once_for_names_and_tags_together() -> None:
    match = Match.model_validate({"any": [{"yara": "a"}, {"yara_tag": "b"}]})
    assert (decide(match, known()), set(pending(match, known()))) == (None, {Ask.YARA})


@pytest.mark.parametrize("tag", ["", "a b", "é", "a" * 129, "a-b"])
def test_what_no_yara_rule_can_be_tagged_with_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate({"yara_tag": tag})


def test_of_a_member_that_was_not_taken_out_nothing_is_asked_and_nothing_is_known() -> None:
    locked = Known(facts(), {}, member(sha256=None, mime=None))
    for written in ({"text": "a"}, {"yara": "a"}):
        match = MemberMatch.model_validate(written)
        assert (decide(match, locked), pending(match, locked)) == (None, ())
