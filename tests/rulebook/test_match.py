"""Three-valued deciding: what can be said before text is searched, and what is searched for next."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.conditions import Cost, Pattern
from scanner.rulebook.match import Match, answers, conditions, cost, decide, pending, place
from tests.rulebook import facts

FACTS = facts()
YES, NO, OPEN = {"name": "*"}, {"name": "x"}, {"text": "a"}
A, B, C = (Pattern(regex=letter) for letter in "abc")


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
def test_text_not_searched_leaves_open_only_what_depends_on_it(written: dict[str, Any], answer: bool | None) -> None:
    assert decide(match(written), FACTS, {}) is answer


@pytest.mark.parametrize(
    ("written", "found", "answer"),
    [
        ({"text": ["a", "b"]}, {A: None}, None),
        ({"text": ["a", "b"]}, {A: None, B: None}, False),
        ({"text": ["a", "b"]}, {B: 7}, True),
        ({"not": {"text": "a"}}, {A: None}, True),
    ],
)
def test_what_was_found_decides(written: dict[str, Any], found: dict[Pattern, int | None], answer: bool | None) -> None:
    assert decide(match(written), FACTS, found) is answer


@pytest.mark.parametrize(
    ("written", "found", "wanted"),
    [
        (YES, {}, []),
        (NO | OPEN, {}, []),
        (YES | OPEN, {}, [A]),
        ({"text": ["a", "b"]}, {A: None}, [B]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {}, [A]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {A: 1}, [B]),
        ({"all": [{"text": "a"}, {"text": "b"}]}, {A: None}, []),
        ({"any": [{"text": "a"}, {"text": "b"}, NO | {"text": "c"}]}, {}, [A, B]),
        ({"not": {"text": "c"}}, {}, [C]),
    ],
)
def test_only_what_can_still_decide_is_searched_for(
    written: dict[str, Any], found: dict[Pattern, int | None], wanted: list[Pattern]
) -> None:
    assert list(pending(match(written), FACTS, found)) == wanted


def test_what_was_tried_without_an_answer_makes_room_for_what_may_still_decide() -> None:
    both = match({"all": [{"text": "a"}, {"text": "b"}]})
    assert pending(both, FACTS, {}, tried={A}) == (B,)
    assert pending(both, FACTS, {}, tried={A, B}) == ()


def test_the_place_is_the_first_byte_of_text_that_was_to_be_there() -> None:
    written = match({"any": [{"text": "a"}, {"text": "b"}], "not": {"text": "c"}})
    assert place(written, {A: 9, B: 4, C: 1}) == 4
    assert place(written, {A: None}) is None
    assert place(match(YES), {}) is None


def test_cheap_conditions_are_asked_first_whatever_the_order_in_the_file() -> None:
    written = match({"text": "a", "name": "*", "any": [{"extension": "docx"}], "extension": "docx"})
    assert [cost(part) for part in written.parts] == sorted(cost(part) for part in written.parts)
    assert [key for key, _ in answers(written, FACTS, {})] == ["extension", "any", "name", "text"]
    assert cost(written) is Cost.SEARCH


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


@given(TREES, st.dictionaries(st.sampled_from([A, B, C]), st.sampled_from([None, 3])))
def test_an_answer_given_early_is_the_one_that_knowing_all_would_give(
    written: dict[str, Any], found: dict[Pattern, int | None]
) -> None:
    tree = match(written)
    unknown = [pattern for pattern in (A, B, C) if pattern not in found]
    futures = {
        decide(tree, FACTS, found | dict(zip(unknown, values, strict=True)))
        for values in product([None, 3], repeat=len(unknown))
    }
    early = decide(tree, FACTS, found)
    assert None not in futures
    assert early is None or futures == {early}


@given(TREES)
def test_searching_for_what_is_pending_always_comes_to_an_end(written: dict[str, Any]) -> None:
    tree, found = match(written), dict[Pattern, int | None]()
    for _ in (A, B, C):
        found |= dict.fromkeys(pending(tree, FACTS, found))
    assert decide(tree, FACTS, found) is not None
