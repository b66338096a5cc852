"""The sandbox's answers: what a sound one says arrives whole, and a lie is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.taking_apart import LONGEST_NAME, LONGEST_PLACE, Bounds
from scanner.inspection.unpack.wire import LARGEST, NoAnatomy, from_wire, to_wire
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member, Span, Trait

BOUNDS = Bounds(depth=3, members=4, total=100, ratio=10, seconds=1)
HASH = "0" * 64
INNER = Member("a.zip!b", "b", 2, 5, "text/plain", HASH, frozenset({Trait.MACRO}), Span(10, 5), Span(0, 3))
OUTER = Member("a.zip", "a.zip", 1, 10, "application/zip", HASH, frozenset(), Span(0, 10))
PLAIN = Member("d", "d", 1, 3, "text/plain", HASH, content=Span(0, 3), hollow=True)
LOCKED = Member("c", "c", 1, 7, traits=frozenset({Trait.ENCRYPTED}))
SOUND = Anatomy(
    (OUTER, INNER, LOCKED, PLAIN),
    frozenset({Trait.ENCRYPTED}),
    Span(3, 4),
    Gap(Unscannable.ENCRYPTED, "needs a password: c"),
    Gap(Unscannable.SCAN_TIME, "the text of 3 of 7 pages"),
)


def through(anatomy: Anatomy) -> Anatomy:
    return from_wire(json.loads(json.dumps(to_wire(anatomy))), BOUNDS, 15, 7)


@pytest.mark.parametrize("anatomy", [SOUND, Anatomy(), Anatomy(gap=Gap(Unchecked.SPOOL_UNAVAILABLE, "full"))])
def test_an_anatomy_arrives_as_it_was_sent(anatomy):
    assert through(anatomy) == anatomy


def lies():
    def changed(place: int, value: object) -> dict[str, object]:
        answer = json.loads(json.dumps(to_wire(SOUND)))
        answer["members"][1][place] = value
        return answer

    sound = json.loads(json.dumps(to_wire(SOUND)))
    yield {}
    yield {**sound, "members": None}
    yield {**sound, "members": [[]]}
    yield {**sound, "members": sound["members"] * 2}
    yield {**sound, "traits": ["harmless"]}
    yield {**sound, "traits": "macro"}
    yield {**sound, "text": [4, 4]}
    yield {**sound, "text": [0, -1]}
    yield {**sound, "text": [True, 1]}
    yield {**sound, "gap": ["no such reason", "", False]}
    yield {**sound, "gap": ["encrypted", "x" * 3 * LONGEST_NAME, False]}
    yield {**sound, "gap": ["encrypted", "", True]}
    yield {**sound, "text_gap": ["no such reason", "", False]}
    yield {key: value for key, value in sound.items() if key != "text_gap"}
    yield changed(0, "x" * (LONGEST_PLACE + 1))
    yield changed(0, "\udc80")
    yield changed(9, "true")
    yield changed(1, None)
    yield changed(2, 0)
    yield changed(2, 3)
    yield changed(2, 10**9)
    yield changed(3, 6)
    yield changed(3, LARGEST + 1)
    yield changed(3, 5.0)
    yield changed(5, "")
    yield changed(5, "f" * 63)
    yield changed(5, "F" * 64)
    yield changed(6, [["macro"]])
    yield changed(7, None)
    yield changed(7, [11, 5])
    yield changed(8, [0, 8])


@pytest.mark.parametrize("answer", list(lies()))
def test_an_answer_that_cannot_be_true_is_none(answer):
    with pytest.raises(NoAnatomy):
        from_wire(answer, BOUNDS, 15, 7)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda more: st.lists(more, max_size=10)
)


@given(st.fixed_dictionaries({"members": JSON, "traits": JSON, "text": JSON, "gap": JSON}))
def test_whatever_it_says_it_is_an_anatomy_or_none(answer):
    try:
        anatomy = from_wire(answer, BOUNDS, 15, 7)
    except NoAnatomy:
        return
    assert len(anatomy.members) <= BOUNDS.members
