"""What is known of a version as JSON values and back: small enough to be kept for every inspection. Pure.

A search is kept under a digest of itself, without its expression: whoever reads it back says which searches he may ask
about. Of what lies in a content so many members are described, and what was asked about them kept; the rest is counted.
Reading takes nothing on trust, since a store may be older than the code, or damaged.

    {"facts": [path, event, source, uploaded_at, size, mime, sha256, signatures, hollow, wrapped],
     "person": [username, user_type, groups], "versions": 3, "public_link": true, "entropy": 7.9,
     "yara": [digest of the rules, [[namespace, name, tags, offset], …]],
     "insides": [count, depth, unpacked, traits, gap, [[place, name, depth, size, mime, sha256, traits, wrapped], …]],
     "searches": {digest: 0 for nothing, or [count, offset, excerpt, done, gap], …},
     "members": {position: {"yara": …, "searches": …}, …}}

What was not asked is left out; what had no answer is {"gap": [reason, detail, whether it may pass]}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from scanner.model import Gap, Person, Unchecked, Unscannable
from scanner.rulebook.facts import Facts
from scanner.rulebook.insides import Insides, MemberFacts
from scanner.rulebook.kinds import declared_by
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Answer, Ask, Matched, OfMember, Question, Search, Tally, Unanswerable
from scanner.rulebook.wire_values import (
    NotKnown,
    as_count,
    as_flag,
    as_mapping,
    as_number,
    as_text,
    as_texts,
    as_traits,
    exactly,
    or_none,
)
from scanner.rulebook.yara_rules import YaraMatch, YaraRule

MOST_MEMBERS = 200
MOST_CHARACTERS = 32 * 1024
"""Of the places of all members described."""
_DIGITS = 14
"""Of a search's digest: of a hundred thousand searches two share one with a chance of one in ten million."""
_NOTHING = 0
_NO_MATCH = Tally()
"""What most searches come to, and most of what is written."""


def to_wire(known: Known) -> dict[str, Any]:
    kept = _kept(known.told(Ask.INSIDES, Insides))
    wire: dict[str, Any] = {"facts": _facts_to_wire(known.facts)}
    members: dict[str, dict[str, Any]] = {}
    for question, answer in known.answers.items():
        if not isinstance(question, OfMember):
            _put(wire, question, answer)
        elif question.member < kept:
            _put(members.setdefault(str(question.member), {}), question.about, answer)
    return wire | ({"members": members} if members else {})


def from_wire(wire: Mapping[str, Any], searches: Iterable[Search] = (), yara_rules: str = "") -> Known:
    """The answers to these searches, and of YARA only where the same rules were tried (by digest). What it does not
    hold has not been asked. Raises NotKnown."""
    facts = facts_from_wire(wire)
    return Known(facts, answers_from_wire(wire, by_key(searches), yara_rules))


def by_key(searches: Iterable[Search]) -> dict[str, Search]:
    """As `answers_from_wire` takes them: made once for many that are read."""
    return {key_of(search): search for search in searches}


def facts_from_wire(wire: Mapping[str, Any]) -> Facts:
    """Without the answers. Raises NotKnown."""
    with _not_known():
        return _facts(wire["facts"])


def answers_from_wire(
    wire: Mapping[str, Any], searches: Mapping[str, Search], yara_rules: str
) -> dict[Question, Answer]:
    """Without the facts. Raises NotKnown."""
    with _not_known():
        own = _answers(wire, searches, yara_rules)
        answers: dict[Question, Answer] = {question: own[question] for question in own}
        for position, told in as_mapping(wire.get("members", {})).items():
            for about, answer in _answers(as_mapping(told), searches, yara_rules).items():
                answers[OfMember(int(position), about)] = answer
        return answers


@contextmanager
def _not_known() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotKnown(f"{type(error).__name__}: {error}"[:200]) from error


@lru_cache(maxsize=4_096)
def key_of(search: Search) -> str:
    """The same for searches that look for the same in the same place, however much is enough."""
    parts = [search.regex, search.detector, search.ignore_case, search.within, search.taken_out]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]


def _kept(inside: Insides | None) -> int:
    """How many members are described."""
    characters = 0
    for number, member in enumerate(inside.members[:MOST_MEMBERS] if inside else ()):
        characters += len(member.place)
        if characters > MOST_CHARACTERS:
            return number
    return min(len(inside.members), MOST_MEMBERS) if inside else 0


def _put(wire: dict[str, Any], question: Ask | Search, answer: Answer) -> None:
    if isinstance(question, Search):
        wire.setdefault("searches", {})[key_of(question)] = _answer_to_wire(answer)
    else:
        wire[question.value] = _answer_to_wire(answer)


def _answer_to_wire(answer: Answer) -> Any:
    match answer:
        case Unanswerable():
            return {"gap": _gap_to_wire(answer.gap)}
        case Person():
            return [answer.username, answer.user_type, list(answer.groups)]
        case Matched():
            hits = [[one.rule.namespace, one.rule.name, list(one.rule.tags), one.offset] for one in answer.matches]
            return [answer.rules, hits]
        case Tally():
            return (
                _NOTHING
                if answer == _NO_MATCH
                else [answer.count, answer.offset, answer.excerpt, answer.done, _gap_to_wire(answer.gap)]
            )
        case Insides():
            members = [_member_to_wire(member) for member in answer.members[: _kept(answer)]]
            numbers = [answer.count, answer.depth, answer.unpacked]
            return [*numbers, sorted(answer.traits), _gap_to_wire(answer.gap), members]
        case _:
            return answer


def _facts_to_wire(facts: Facts) -> list[Any]:
    at = facts.uploaded_at
    came = [facts.path, facts.event, facts.source, None if at is None else at.isoformat()]
    return [*came, facts.size, facts.mime, facts.sha256, list(facts.signatures), facts.hollow, facts.wrapped]


def _member_to_wire(member: MemberFacts) -> list[Any]:
    bytes_of = [member.depth, member.size, member.mime, member.sha256]
    return [member.place, member.name, *bytes_of, sorted(member.traits), member.wrapped]


def _gap_to_wire(gap: Gap | None) -> list[Any] | None:
    return None if gap is None else [gap.reason.value, gap.detail, gap.transient]


def _answers(wire: Mapping[str, Any], searches: Mapping[str, Search], yara_rules: str) -> dict[Ask | Search, Answer]:
    answers: dict[Ask | Search, Answer] = {}
    for name in _READ.keys() & wire.keys():
        ask, read = _READ[name]
        answers[ask] = _unless_gap(wire[name], read)
    matched = answers.get(Ask.YARA)
    if isinstance(matched, Matched) and matched.rules != yara_rules:
        del answers[Ask.YARA]
    for key, told in as_mapping(wire.get("searches", {})).items():
        if key in searches:
            answers[searches[key]] = _unless_gap(told, _tally)
    return answers


def _unless_gap(told: Any, read: Callable[[Any], Answer]) -> Answer:
    if isinstance(told, dict):
        gap = _gap(told["gap"])
        if gap is None:
            raise NotKnown("no answer and no reason")
        return Unanswerable(gap)
    return read(told)


def _person(told: Any) -> Person:
    username, user_type, groups = told
    return Person(exactly(username, str), exactly(user_type, str), as_texts(groups))


def _matched(told: Any) -> Matched:
    rules, hits = told
    return Matched(tuple(_hit(*hit) for hit in exactly(hits, list)), exactly(rules, str))


def _hit(namespace: Any, name: Any, tags: Any, offset: Any) -> YaraMatch:
    return YaraMatch(YaraRule(exactly(namespace, str), exactly(name, str), as_texts(tags)), or_none(offset, as_count))


def _tally(told: Any) -> Tally:
    if type(told) is int and told == _NOTHING:
        return _NO_MATCH
    count, offset, excerpt, done, gap = told
    return Tally(as_count(count), or_none(offset, as_count), exactly(excerpt, str), exactly(done, bool), _gap(gap))


def _insides(told: Any) -> Insides:
    count, depth, unpacked, traits, gap, members = told
    described = tuple(_member(index, member) for index, member in enumerate(exactly(members, list)))
    if len(described) > as_count(count):
        raise NotKnown("more members than there are")
    return Insides(described, count, as_count(depth), as_count(unpacked), as_traits(traits), _gap(gap))


def _member(index: int, told: Any) -> MemberFacts:
    place, name, depth, size, mime, sha256, traits, wrapped = told
    return MemberFacts(
        index=index,
        place=exactly(place, str),
        name=exactly(name, str),
        depth=as_count(depth),
        size=as_count(size),
        mime=or_none(mime, as_text),
        declared_mime=declared_by(name),
        sha256=or_none(sha256, as_text),
        traits=as_traits(traits),
        wrapped=exactly(wrapped, bool),
    )


def _facts(told: Any) -> Facts:
    path, event, source, at, size, mime, sha256, signatures, hollow, wrapped = told
    folder, _, name = exactly(path, str).rpartition("/")
    moment = None if at is None else datetime.fromisoformat(at)
    if moment is not None and moment.tzinfo is None:
        raise NotKnown("a moment without a time zone")
    return Facts(
        path=path,
        folder=folder or "/",
        name=name,
        event=exactly(event, str),
        source=exactly(source, str),
        uploaded_at=moment,
        size=as_count(size),
        mime=or_none(mime, as_text),
        declared_mime=declared_by(name),
        sha256=or_none(sha256, as_text),
        signatures=as_texts(signatures),
        hollow=exactly(hollow, bool),
        wrapped=exactly(wrapped, bool),
    )


def _gap(told: Any) -> Gap | None:
    if told is None:
        return None
    reason, detail, transient = told
    return Gap((Unchecked if exactly(transient, bool) else Unscannable)(reason), exactly(detail, str))


_READ: Mapping[str, tuple[Ask, Callable[[Any], Answer]]] = {
    ask.value: (ask, read)
    for ask, read in (
        (Ask.PERSON, _person),
        (Ask.VERSIONS, as_count),
        (Ask.PUBLIC_LINK, as_flag),
        (Ask.ENTROPY, as_number),
        (Ask.YARA, _matched),
        (Ask.INSIDES, _insides),
    )
}
