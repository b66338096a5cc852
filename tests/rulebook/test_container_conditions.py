"""What lies in a content, and what is certain where not everything could be opened."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model import Gap, Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.facts import Nature
from scanner.rulebook.known import Known
from scanner.rulebook.match import Match, MemberMatch, decide, pending
from scanner.rulebook.questions import Ask, Unanswerable
from tests.rulebook import facts, insides, known, member

GAP = Gap(Unscannable.CORRUPT)
MACRO, LOCKED = frozenset({Trait.MACRO}), frozenset({Trait.ENCRYPTED})
TWO = (member("a.doc", size=600, traits=MACRO), member("b.txt", depth=2, size=1))


@pytest.mark.parametrize(
    ("match", "complete", "incomplete"),
    [
        ({"members": 2}, True, None),
        ({"members": "> 1"}, True, True),
        ({"members": "> 2"}, False, None),
        ({"members": "< 2"}, False, False),
        ({"members": "2..3"}, True, None),
        ({"depth": 2}, True, None),
        ({"depth": ">= 2"}, True, True),
        ({"depth": 1}, False, False),
        ({"ratio": 60}, True, None),
        ({"ratio": "> 59.5"}, True, True),
        ({"ratio": "< 60"}, False, False),
        ({"ratio": "<= 60"}, True, None),
        ({"has": ["macro", "shortcut"]}, True, True),
        ({"has": "pdf-launch"}, False, None),
        ({"encrypted": True}, False, None),
        ({"encrypted": False}, True, None),
        ({"not": {"has": "macro"}}, False, False),
        ({"not": {"has": "pdf-launch"}}, True, None),
    ],
)
def test_what_was_found_is_certain_and_what_was_not_only_where_all_was_opened(
    match: dict[str, Any], complete: bool, incomplete: bool | None
) -> None:
    answers = [decide(Match.model_validate(match), known({Ask.INSIDES: insides(*TWO, gap=gap)})) for gap in (None, GAP)]
    assert answers == [complete, incomplete]


def test_a_member_that_is_locked_is_certain() -> None:
    inside = insides(member(traits=LOCKED), gap=Gap(Unscannable.ENCRYPTED))
    answers = [decide(Match.model_validate({"encrypted": yes}), known({Ask.INSIDES: inside})) for yes in (True, False)]
    assert answers == [True, False]


EACH = [{"members": 0}, {"depth": 0}, {"ratio": 0}, {"encrypted": False}, {"not": {"has": "macro"}}]


@pytest.mark.parametrize("match", [*EACH, {"not": {"member": {"name": "*"}}}])
def test_in_what_is_hollow_nothing_lies_and_nobody_needs_to_look(match: dict[str, Any]) -> None:
    assert decide(Match.model_validate(match), known(nature=Nature(hollow=True))) is True


@pytest.mark.parametrize("match", [*EACH, {"member": {"name": "*"}}])
def test_whatever_is_asked_of_the_inside_it_is_one_question(match: dict[str, Any]) -> None:
    tree = Match.model_validate(match)
    assert (decide(tree, known()), pending(tree, known())) == (None, (Ask.INSIDES,))
    assert pending(tree, known({Ask.INSIDES: Unanswerable(GAP)})) == ()


def test_nothing_packed_does_not_become_infinitely_large() -> None:
    inside = insides(member(size=7))
    assert decide(Match.model_validate({"ratio": 7}), known({Ask.INSIDES: inside}, size=0)) is True


@pytest.mark.parametrize(("gap", "holds"), [(None, False), (GAP, None)])
def test_a_trait_of_a_member_may_have_been_overlooked_where_not_all_was_opened(
    gap: Gap | None, holds: bool | None
) -> None:
    one = Known(facts(), {Ask.INSIDES: insides(*TWO, gap=gap)}, TWO[0])
    matches = [MemberMatch.model_validate({"has": trait}) for trait in ("macro", "shortcut")]
    assert [decide(match, one) for match in matches] == [True, holds]
