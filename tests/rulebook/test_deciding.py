"""Three-valued deciding: what can be said before everything is known, and what is asked next."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Gap, Unscannable
from scanner.rulebook.deciding import conditions, cost, decide, gaps, pending
from scanner.rulebook.match import Match, answers
from scanner.rulebook.questions import Answer, Ask, Cost, Question, Search, Tally, Unanswerable
from tests.rulebook import known

YES, NO, OPEN = {"name": "*"}, {"name": "x"}, {"text": "a"}
A, B, C = (Search(letter) for letter in "abc")
THERE, ABSENT = Tally(1, 3, done=False), Tally()
GAP = Gap(Unscannable.LIMITS, "too much")


def match(written: dict[str, Any]) -> Match:
    return Match.model_validate(written)


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (YES, True),
        (NO, False),
        (OPEN, None),
        ({"all": [YES, YES]}, True),
        ({"all": [YES, OPEN]}, None),
        ({"all": [OPEN, NO]}, False),
        ({"any": [NO, NO]}, False),
        ({"any": [NO, OPEN]}, None),
        ({"any": [OPEN, YES]}, True),
        ({"not": YES}, False),
        ({"not": NO}, True),
        ({"not": OPEN}, None),
        (YES | OPEN, None),
        (NO | OPEN, False),
    ],
)
def test_what_was_not_asked_leaves_open_only_what_depends_on_it(written: dict[str, Any], answer: bool | None) -> None:
    assert decide(match(written), known()) is answer


@pytest.mark.parametrize(
    ("written", "answers", "wanted"),
    [
        (YES, {}, []),
        (NO | OPEN, {}, []),
        (YES | OPEN, {}, [A]),
        ({"text": ["a", "b"]}, {A: ABSENT}, [B]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {}, [A]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {A: THERE}, [B]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {A: ABSENT}, []),
        ({"all": [{"has": "macro"}, {"text": "b"}]}, {}, [B]),
        ({"any": [{"text": "a"}, {"text": "b"}, NO | {"text": "c"}]}, {}, [A, B]),
        ({"not": {"text": "c"}}, {}, [C]),
    ],
)
def test_only_what_can_still_decide_is_asked(
    written: dict[str, Any], answers: dict[Question, Answer], wanted: list[Question]
) -> None:
    assert list(pending(match(written), known(answers))) == wanted


def test_what_has_no_answer_makes_room_for_what_may_still_decide() -> None:
    both = match({"all": [{"text": "a"}, {"text": "b"}]})
    asked = known({A: Unanswerable(GAP)})
    assert pending(both, asked) == (B,)
    assert pending(both, known({A: Unanswerable(GAP), B: Unanswerable(GAP)})) == ()


def test_what_stood_in_the_way_is_told_of_what_is_open_and_of_nothing_else() -> None:
    written = match({"all": [{"text": "a"}, {"any": [{"text": "b"}, {"entropy": 8}]}, {"text": "c"}]})
    other = Gap(Unscannable.SCAN_TIME)
    asked = known({A: THERE, B: Unanswerable(GAP), Ask.ENTROPY: Unanswerable(other), C: THERE})
    assert list(gaps(written, asked)) == [GAP, other]
    assert list(gaps(match({"text": "b", "name": "x"}), asked)) == []
    assert list(gaps(match({"not": {"text": "b"}}), asked)) == [GAP]


def test_cheap_conditions_are_asked_first_whatever_the_order_in_the_file() -> None:
    written = match(
        {"text": "a", "name": "*", "any": [{"extension": "docx"}], "extension": "docx", "public_link": True}
    )
    assert [cost(part) for part in written.parts] == sorted(cost(part) for part in written.parts)
    assert [key for key, _ in answers(written, known())] == ["extension", "any", "name", "text", "public_link"]
    assert cost(written) is Cost.LINK


def test_conditions_are_found_at_any_depth() -> None:
    written = match({"all": [{"not": {"any": [{"name": "a"}, {"text": "b"}]}}], "extension": "x"})
    assert [type(one).__name__ for one in conditions(written)] == ["Extension", "Name", "Text"]


TREES = st.recursive(
    st.sampled_from([YES, NO, {"text": "a"}, {"text": "b"}, {"text": "c"}]),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


@given(TREES, st.dictionaries(st.sampled_from([A, B, C]), st.sampled_from([ABSENT, THERE])))
def test_an_answer_given_early_is_the_one_that_knowing_all_would_give(
    written: dict[str, Any], told: dict[Question, Answer]
) -> None:
    tree = match(written)
    unknown = [search for search in (A, B, C) if search not in told]
    futures = {
        decide(tree, known(told | dict(zip(unknown, values, strict=True))))
        for values in product([ABSENT, THERE], repeat=len(unknown))
    }
    early = decide(tree, known(told))
    assert None not in futures
    assert early is None or futures == {early}


@given(TREES, st.sampled_from([ABSENT, THERE, Unanswerable(GAP)]))
def test_asking_for_what_is_pending_comes_to_an_end_with_an_answer_or_a_reason(
    written: dict[str, Any], always: Answer
) -> None:
    tree, told = match(written), dict[Question, Answer]()
    for _ in (A, B, C):
        told |= dict.fromkeys(pending(tree, known(told)), always)
    assert pending(tree, known(told)) == ()
    assert decide(tree, known(told)) is not None or list(gaps(tree, known(told)))
