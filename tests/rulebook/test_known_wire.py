"""What is known survives being stored, and nothing else is taken for it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Gap, Person, Unchecked, Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.facts import Facts
from scanner.rulebook.insides import Insides, MemberFacts
from scanner.rulebook.kinds import declared_by
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import MOST_CHARACTERS, MOST_MEMBERS, from_wire, key_of, to_wire
from scanner.rulebook.match import Match, decide
from scanner.rulebook.questions import Answer, Ask, Matched, OfMember, Question, Search, Tally, Unanswerable
from scanner.rulebook.wire_values import NotKnown
from scanner.rulebook.yara_rules import YaraMatch, YaraRule
from tests.rulebook import insides, known, member

RULES = "digest of the YARA rules"
SEARCHES = [Search("a"), Search("a", taken_out=True), Search(detector="iban"), Search("b", "", True, 9)]

texts = st.text(max_size=8)
counts = st.integers(0, 1 << 62)
gaps = st.builds(Gap, st.sampled_from([*Unscannable, *Unchecked]), texts)
maybe_gaps = st.none() | gaps
traits = st.frozensets(st.sampled_from(Trait))
tallies = st.just(Tally()) | st.builds(Tally, counts, st.none() | counts, texts, st.booleans(), maybe_gaps)
yara_rules = st.builds(YaraRule, texts, texts, st.lists(texts).map(tuple))
matched = st.builds(Matched, st.lists(st.builds(YaraMatch, yara_rules, st.none() | counts)).map(tuple), st.just(RULES))
unanswerable = st.builds(Unanswerable, gaps)


@st.composite
def members(draw: st.DrawFn) -> MemberFacts:
    name = draw(texts)
    return MemberFacts(
        index=0,
        place=draw(texts),
        name=name,
        depth=draw(counts),
        size=draw(counts),
        mime=draw(st.none() | texts),
        declared_mime=declared_by(name),
        sha256=draw(st.none() | texts),
        traits=draw(traits),
        wrapped=draw(st.booleans()),
    )


@st.composite
def inside(draw: st.DrawFn) -> Insides:
    listed = tuple(replace(one, index=index) for index, one in enumerate(draw(st.lists(members(), max_size=4))))
    more = draw(st.integers(0, 9))
    return Insides(listed, len(listed) + more, draw(counts), draw(counts), draw(traits), draw(maybe_gaps))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    path = draw(texts)
    folder, _, name = path.rpartition("/")
    return Facts(
        path=path,
        folder=folder or "/",
        name=name,
        event=draw(texts),
        source=draw(texts),
        uploaded_at=draw(st.none() | st.datetimes(timezones=st.just(UTC))),
        size=draw(counts),
        mime=draw(st.none() | texts),
        declared_mime=declared_by(name),
        sha256=draw(st.none() | texts),
        signatures=tuple(draw(st.lists(texts))),
        hollow=draw(st.booleans()),
        wrapped=draw(st.booleans()),
    )


@st.composite
def everything(draw: st.DrawFn) -> Known:
    answers: dict[Question, Answer] = {}
    kinds: dict[Ask, st.SearchStrategy[Any]] = {
        Ask.PERSON: st.builds(Person, texts, texts, st.lists(texts).map(tuple)),
        Ask.VERSIONS: counts,
        Ask.PUBLIC_LINK: st.booleans(),
        Ask.ENTROPY: st.floats(0, 8),
        Ask.YARA: matched,
        Ask.INSIDES: inside(),
    }
    for ask, kind in kinds.items():
        if draw(st.booleans()):
            answers[ask] = draw(kind | unanswerable)
    for search in draw(st.sets(st.sampled_from(SEARCHES))):
        answers[search] = draw(tallies | unanswerable)
    lying = answers.get(Ask.INSIDES)
    for one in lying.members if isinstance(lying, Insides) else ():
        answers[OfMember(one.index, Ask.YARA)] = draw(matched | unanswerable)
        answers[OfMember(one.index, SEARCHES[0])] = draw(tallies | unanswerable)
    return Known(draw(facts()), answers)


@given(everything())
def test_what_is_known_comes_back_as_it_was(known: Known) -> None:
    stored = json.loads(json.dumps(to_wire(known)))
    assert from_wire(stored, SEARCHES, RULES) == known


def test_an_answer_holds_only_for_the_search_and_the_yara_rules_it_was_given_for() -> None:
    hit = Matched((YaraMatch(YaraRule("n", "r"), 3),), RULES)
    wire = to_wire(known({Search("a"): Tally(2, 1), Ask.YARA: hit, Ask.VERSIONS: 3}))
    assert from_wire(wire, [Search("b")], "other rules").answers == {Ask.VERSIONS: 3}
    assert from_wire(wire, [Search("a", enough=5)], RULES).answers == {
        Search("a"): Tally(2, 1),
        Ask.YARA: hit,
        Ask.VERSIONS: 3,
    }


def test_no_two_searches_share_a_key() -> None:
    each = [*SEARCHES, Search("a", ignore_case=True), Search("a", within=1), Search("a", within=2)]
    assert len({key_of(search) for search in each}) == len(each)


def test_of_many_members_some_are_described_and_the_others_counted() -> None:
    many = insides(*(member(f"{number}.txt") for number in range(10_000)))
    whole = known({Ask.INSIDES: many, OfMember(1, Ask.YARA): Matched(), OfMember(9_999, Ask.YARA): Matched()})
    back = from_wire(to_wire(whole))
    told = back.told(Ask.INSIDES, Insides)
    assert told is not None
    assert (len(told.members), told.count, told.cut) == (MOST_MEMBERS, 10_000, 10_000 - MOST_MEMBERS)
    assert [question for question in back.answers if isinstance(question, OfMember)] == [OfMember(1, Ask.YARA)]
    matches = [Match.model_validate({"member": {"name": name}}) for name in ("7.txt", "9999.txt")]
    assert [decide(match, back) for match in matches] == [True, None]


def test_long_names_take_no_more_room_than_they_may() -> None:
    long = insides(*(member("a.txt", place=f"{number:x>1000}") for number in range(150)))
    assert len(json.dumps(to_wire(known({Ask.INSIDES: long})))) < 2 * MOST_CHARACTERS


def test_a_usual_inspection_takes_a_few_hundred_bytes() -> None:
    usual = known(
        {Search("a" * 200): Tally(), Ask.PERSON: Person("jdoe", "power", ("Finance",))},
        at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    assert len(json.dumps(to_wire(usual), separators=(",", ":"))) < 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=10) | st.dictionaries(st.sampled_from(["gap", "0", "searches"]), inner),
    max_leaves=10,
)
WIRE = to_wire(
    known(
        {ask: Unanswerable(Gap(Unscannable.LIMITS)) for ask in Ask}
        | {Ask.INSIDES: insides(member()), SEARCHES[0]: Tally()}
    )
)


@given(st.dictionaries(st.sampled_from([*WIRE, "members"]), VALUES))
def test_whatever_a_store_holds_is_understood_or_refused(damage: dict[str, Any]) -> None:
    try:
        back = from_wire(WIRE | damage, SEARCHES, RULES)
    except NotKnown:
        return
    assert decide(Match.model_validate({"member": {"text": "a"}, "uploader": "a", "yara": "a"}), back) in (
        True,
        False,
        None,
    )


@pytest.mark.parametrize(
    "damage",
    [
        {"facts": []},
        {"facts": None},
        {"versions": True},
        {"versions": -1},
        {"entropy": "7"},
        {"person": "jdoe"},
        {"insides": [0, 0, 0, [], None, [["a", "a", 1, 1, None, None, [], False]]]},
        {"insides": [1, 0, 0, ["none"], None, []]},
        {"public_link": {"gap": None}},
        {"public_link": {"gap": ["limits", "", True]}},
        {"members": {"x": {"versions": 1}}},
    ],
)
def test_damage_is_told(damage: dict[str, Any]) -> None:
    with pytest.raises(NotKnown):
        from_wire(WIRE | damage, SEARCHES, RULES)
    with pytest.raises(NotKnown):
        from_wire({})
