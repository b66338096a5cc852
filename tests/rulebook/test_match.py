"""The vocabulary: members, and every key with its cost."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model import Gap, Unscannable
from scanner.rulebook.match import Match, answers, decide, every_condition, pending
from scanner.rulebook.questions import Answer, Ask, OfMember, Question, Search, Tally
from tests.rulebook import insides, known, member

MACRO = member("a.doc", mime="application/msword")
TEXT = member("b.txt")
LOCKED = member("c.exe", mime=None, sha256=None)
GAP = Gap(Unscannable.ENCRYPTED, "needs a password")
A = Search("a")


def match(written: dict[str, Any]) -> Match:
    return Match.model_validate(written)


@pytest.mark.parametrize(
    ("conditions", "members", "gap", "holds"),
    [
        ({"extension": "doc"}, [TEXT, MACRO], None, True),
        ({"extension": "xls"}, [TEXT, MACRO], None, False),
        ({"extension": "doc", "mime": "text/*"}, [TEXT, MACRO], None, False),
        ({"extension": "xls"}, [TEXT, MACRO], GAP, None),
        ({"extension": "doc"}, [TEXT, MACRO], GAP, True),
        ({"extension": "exe"}, [LOCKED], GAP, True),
        ({"family": "program"}, [LOCKED], GAP, None),
        ({"not": {"family": "program"}}, [LOCKED], GAP, None),
        ({"any": [{"extension": "zip"}, {"all": [{"size": "10B"}, {"name": "b*"}]}]}, [TEXT], None, True),
        ({"name": "*"}, [], None, False),
    ],
)
def test_one_member_of_which_all_holds_is_enough(
    conditions: dict[str, Any], members: list[Any], gap: Gap | None, holds: bool | None
) -> None:
    answer = decide(match({"member": conditions}), known({Ask.INSIDES: insides(*members, gap=gap)}))
    assert answer is holds


def test_members_that_are_not_described_may_be_the_one() -> None:
    inside = known({Ask.INSIDES: insides(TEXT, count=5)})
    absent, there = match({"member": {"extension": "xls"}}), match({"member": {"extension": "txt"}})
    assert (decide(absent, inside), decide(there, inside)) == (None, True)
    condition = absent.member
    assert condition is not None
    assert list(condition.gaps(inside)) == [Gap(Unscannable.LIMITS, "4 of 5 members are not described")]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, [OfMember(0, A), OfMember(2, A)]),
        ({OfMember(0, A): Tally()}, [OfMember(2, A)]),
        ({OfMember(2, A): Tally(1, 0, done=False)}, []),
        ({OfMember(0, A): Tally(), OfMember(2, A): Tally()}, []),
    ],
)
def test_only_members_that_could_be_the_one_are_looked_into(
    told: dict[Question, Answer], wanted: list[Question]
) -> None:
    inside = insides(TEXT, MACRO, TEXT)
    assert list(pending(match({"member": {"extension": "txt", "text": "a"}}), known({Ask.INSIDES: inside} | told))) == (
        wanted
    )


def test_what_stood_in_the_way_inside_is_told() -> None:
    condition = match({"member": {"text": "a"}}).member
    assert condition is not None
    inside = known({Ask.INSIDES: insides(TEXT, gap=GAP), OfMember(0, A): Tally(gap=GAP, done=False)})
    assert list(condition.gaps(inside)) == [GAP, GAP]


def test_conditions_on_members_are_among_all_conditions() -> None:
    written = match({"name": "*", "any": [{"member": {"not": {"yara": "a"}}}]})
    assert [type(one).__name__ for one in every_condition(written)] == ["Name", "Member", "Yara"]


def test_each_key_is_shown_with_what_it_came_to_in_the_order_of_asking() -> None:
    written = match({"text": "a", "name": "*", "not": {"extension": "docx"}})
    assert list(answers(written, known())) == [("not", False), ("name", True), ("text", None)]
