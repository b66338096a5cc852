"""A rule at work: what each condition came to, and what it looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from scanner.model import Gap, Person, Unchecked
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.conditions import Condition
from scanner.rulebook.deciding import Tree
from scanner.rulebook.explain import FACTS, Answered, Explained, explained, fact
from scanner.rulebook.known import Known
from scanner.rulebook.match import Match, MemberMatch
from scanner.rulebook.questions import NOBODY, Answer, Ask, Matched, Question, Search, Tally, Unanswerable
from scanner.rulebook.yara_rules import YaraMatch, YaraRule
from tests.rulebook import EMPTY_SHA256, insides, known, member

YES, NO, NOT_ASKED, UNKNOWN = Answered.YES, Answered.NO, Answered.NOT_ASKED, Answered.UNKNOWN
ANN = Person("ann", "power", ("Finance", "Sales"))
PASSWORD, CARD = Search("pass"), Search(detector="payment-card", enough=2)
SHELL = YaraMatch(YaraRule("malware/webshells", "php_eval"), 7)
INSIDE = insides(member("a.txt"), member("b.exe", traits=frozenset({Trait.SHORTCUT}), depth=2), unpacked=50)


def shown(tree: Tree, about: Known) -> list[Explained]:
    return list(explained(tree, about))


def match(written: dict[str, Any]) -> Match:
    return Match.model_validate(written)


def test_every_condition_says_what_it_looked_at() -> None:
    fields = [*Match.model_fields.values(), *MemberMatch.model_fields.values()]
    kinds = {one for field in fields for one in get_args(field.annotation) if isinstance(one, type)}
    assert {kind for kind in kinds if issubclass(kind, Condition)} == set(FACTS)


@pytest.mark.parametrize(
    ("written", "answers", "said"),
    [
        ({"path": "/a"}, {}, "/shared/projects/plan.docx"),
        ({"folder": "/a"}, {}, "/shared/projects"),
        ({"name": "a"}, {}, "plan.docx"),
        ({"extension": "a"}, {}, "plan.docx"),
        ({"mime": "a"}, {}, "text/plain"),
        ({"declared_mime": "a"}, {}, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ({"family": "image"}, {}, "text (text/plain)"),
        ({"size": "0B"}, {}, "10 bytes"),
        ({"sha256": "0" * 64}, {}, EMPTY_SHA256),
        ({"signature": "a"}, {}, "no signature"),
        ({"entropy": 8}, {Ask.ENTROPY: 4.2}, "4.20 bits per byte"),
        ({"version_number": 3}, {Ask.VERSIONS: 2}, "2 versions"),
        ({"first_version": False}, {Ask.VERSIONS: 1}, "1 version"),
        ({"uploader": "a"}, {Ask.PERSON: ANN}, "ann"),
        ({"uploader": "a"}, {Ask.PERSON: NOBODY}, "nobody knows"),
        ({"user_type": "admin"}, {Ask.PERSON: ANN}, "power"),
        ({"group": "a"}, {Ask.PERSON: ANN}, "Finance, Sales"),
        ({"event": "copy"}, {}, "create"),
        ({"source": "a"}, {}, "webui"),
        ({"uploaded": {"days": "mon", "zone": "UTC"}}, {}, "2026-03-28 23:30:00+00:00"),
        ({"public_link": True}, {Ask.PUBLIC_LINK: False}, "no public link"),
        ({"text": "pass"}, {PASSWORD: Tally()}, "not found"),
        ({"yara": "x"}, {Ask.YARA: Matched((SHELL,))}, "no such rule matches"),
        ({"yara": "php_*"}, {Ask.YARA: Matched((SHELL,))}, "malware/webshells.php_eval"),
        ({"member": {"extension": "exe"}}, {Ask.INSIDES: INSIDE}, "b.exe"),
        ({"member": {"extension": "com"}}, {Ask.INSIDES: INSIDE}, "none of 2 members"),
        ({"members": 9}, {Ask.INSIDES: INSIDE}, "2 members"),
        ({"depth": 9}, {Ask.INSIDES: INSIDE}, "2 deep"),
        ({"ratio": 9}, {Ask.INSIDES: INSIDE}, "50 bytes from 10"),
        ({"encrypted": True}, {Ask.INSIDES: INSIDE}, "shortcut"),
        ({"has": "macro"}, {Ask.INSIDES: insides()}, "no traits"),
    ],
)
def test_a_condition_shows_its_fact(written: dict[str, Any], answers: dict[Question, Answer], said: str) -> None:
    about = known(answers, source="WebUI", at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    (one,) = match(written).parts
    assert isinstance(one, Condition)
    assert fact(one, about) == said


def test_of_a_content_only_places_are_shown_and_what_a_detector_masked() -> None:
    written = match({"text": ["pass", {"detector": "payment-card", "at_least": 2, "in": "bytes"}]})
    answers = {PASSWORD: Tally(1, 3), CARD: Tally(2, 40, "4*** 1111")}
    assert shown(written, known(answers)) == [
        Explained("text", YES, "/pass/ at byte 3, payment-card at byte 40: 4*** 1111")
    ]


def test_what_was_not_asked_and_what_nobody_can_say_are_told_apart() -> None:
    gap = Gap(Unchecked.ACCESS_REFUSED, "the platform does not say")
    written = match({"name": "x", "text": "pass", "version_number": 2})
    assert shown(written, known({Ask.VERSIONS: Unanswerable(gap)})) == [
        Explained("name", NO, "plan.docx"),
        Explained("text", NOT_ASKED),
        Explained("version_number", UNKNOWN, "the platform does not say"),
    ]


def test_joined_conditions_show_what_is_in_them() -> None:
    written = match(
        {"any": [{"name": "x"}, {"name": "*", "event": "copy"}], "not": {"size": "0B"}, "all": [{"text": "pass"}]}
    )
    size, copied, name = Explained("size", NO, "10 bytes"), Explained("event", NO, "create"), "plan.docx"
    both = Explained("all", NO, "", (copied, Explained("name", YES, name)))
    assert set(shown(written, known())) == {
        Explained("not", YES, "", (size,)),
        Explained("any", NO, "", (Explained("name", NO, name), both)),
        Explained("all", NOT_ASKED, "", (Explained("text", NOT_ASKED),)),
    }


def test_of_many_members_a_few_are_named() -> None:
    inside = insides(*(member(f"{number}.exe") for number in range(9)))
    (one,) = shown(match({"member": {"extension": "exe"}}), known({Ask.INSIDES: inside}))
    assert one.fact == "0.exe, 1.exe, 2.exe, 3.exe, 4.exe and 4 more"
