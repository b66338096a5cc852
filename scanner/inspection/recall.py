"""The rules on a version whose content was looked at before, from what was learnt of it then: nothing is downloaded.

Decided by the same functions as in a look. What only the platform can tell of this version is asked now, as in a look;
where a rule needs more of the content than somebody asked then, there is no answer, and the content must be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from scanner.inspection.asking import NO_LINK, NO_VERSIONS
from scanner.inspection.engine import Inquiry
from scanner.inspection.nature import OPENED_BY_NAME
from scanner.inspection.rule_engine import RuleEngine, concluded, settle, standings_of, version_of
from scanner.model import OF_THE_MOMENT, ContentFacts, FileVersion, Inspection, Learnt
from scanner.rulebook.content_conditions import Text
from scanner.rulebook.facts import Facts, Nature, facts_of
from scanner.rulebook.globs import folded
from scanner.rulebook.insides import Insides
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import answers_from_wire, by_key, facts_from_wire, to_wire
from scanner.rulebook.match import every_condition
from scanner.rulebook.packing import packed_wire, renewed, unpacked
from scanner.rulebook.questions import NOBODY, Answer, Ask, OfMember, Question, Search, Unanswerable, gap_of
from scanner.rulebook.rule import Rulebook
from scanner.rulebook.wire_values import NotKnown

OF_VERSION = (Ask.PERSON, Ask.VERSIONS, Ask.PUBLIC_LINK)
"""Questions whose answers belong to a version, not to its bytes."""
PACKED = frozenset(
    {"gz", "bz2", "xz", "lzma", "zst", "lz4", "z", "lz"}
    | {"tgz", "taz", "tbz", "tbz2", "txz", "tlz", "tzst", "svgz", "emz", "wmz"}
)
"""Endings that go when one packed content is taken out, so that the one before them counts."""
ENDINGS = PACKED | {ending[1:] for ending in OPENED_BY_NAME}
PLAIN_NAME = re.compile(r"[\w .,()\[\]{}+=@&%#~'!$^;-]*", re.ASCII)
"""Names that taking apart hands on as they are."""


class Forgotten(Exception):
    """A rule asks what was not asked then."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is left of a look at a content."""

    content: ContentFacts
    looks: tuple[Inspection, ...]
    """Of the engines before the rules."""
    learnt: Learnt


class Recall:
    """The rules in force, for contents that were looked at before. Thread-safe."""

    def __init__(self, rules: RuleEngine) -> None:
        self._rules = rules
        self._searches: tuple[Rulebook | None, Mapping[str, Search]] = (None, {})

    def said(self, version: FileVersion, inquiry: Inquiry, remembered: Remembered) -> Inspection | None:
        """What the rules say of this version; None where what is remembered does not suffice. Raises RetryLater where
        the platform cannot be asked now."""
        rulebook, yara_rules = self._rules.in_force
        earlier = tuple(finding for look in remembered.looks for finding in look.findings)
        try:
            was, wire = _read(remembered.learnt)
            told = answers_from_wire(wire, self._searches_of(rulebook), yara_rules.digest)
        except NotKnown:
            return None
        facts = facts_of(version, remembered.content, earlier, Nature(was.hollow, was.wrapped))
        if not _same_bytes(was, facts) or opened_as(was.name) != opened_as(facts.name):
            return None
        answers = lasting(told, was.name, facts.name)
        known = Known(facts, answers)
        ask = partial(_ask, inquiry, answers)
        try:
            said = settle(rulebook.rules, known, ask)
            standings = standings_of(rulebook.rules, said, version, known, today=self._rules.today(), ask=ask)
        except Forgotten:
            return None
        findings, gap = concluded(rulebook.rules, said, known, standings)
        learnt = packed_wire(renewed(_of_the_bytes(wire, answers), to_wire(known)))
        return Inspection(RuleEngine.name, version_of(rulebook, yara_rules), findings, gap, learnt=learnt)

    def _searches_of(self, rulebook: Rulebook) -> Mapping[str, Search]:
        if self._searches[0] is not rulebook:
            self._searches = rulebook, _all_searches(rulebook)
        return self._searches[1]


def opened_as(name: str) -> tuple[str, ...]:
    """What a name decides of how a content, and what is packed in it, is looked at: those of its endings by which some
    kinds are known. Of two names with the same the engines see the same."""
    parts = [part if part in ENDINGS else "" for part in folded(name).split(".")]
    if len(parts) == 1 or name.startswith("."):
        return ("", *parts) if any(parts) else ()  # whatever such a name means to whom: it is a class of its own
    first = next((at for at, part in enumerate(parts) if part), len(parts))
    return tuple(parts[first:])


def lasting(answers: Mapping[Question, Answer], then: str, now: str) -> dict[Question, Answer]:
    """Those that another look at the same bytes, under its name now, would give again."""
    insides = answers.get(Ask.INSIDES)
    members = isinstance(insides, Insides) and not insides.cut and (then == now or not _named_after(insides, then))
    return {
        question: answer
        for question, answer in answers.items()
        if _lasts(question, answer)
        and (members or not isinstance(question, OfMember))
        and (members or question is not Ask.INSIDES or not isinstance(answer, Insides))
    }


def _lasts(question: Question, answer: Answer) -> bool:
    gap = gap_of(answer)
    if gap is None:
        return True
    # How much of the members may be asked depends on what else was asked of them.
    bounded = isinstance(question, OfMember) and isinstance(answer, Unanswerable)
    return not (gap.transient or gap.reason in OF_THE_MOMENT or bounded)


def _named_after(insides: Insides, name: str) -> bool:
    """Whether members may have their names from the content's own: what is packed without one gets its without the
    ending, and what is encrypted as a whole is shown under it."""
    outer = [member for member in insides.members if member.depth <= 1]
    stem = name.rpartition(".")[0] or name
    if len(outer) == 1 or PLAIN_NAME.fullmatch(name) is None:
        return True
    return any(member.name.startswith(stem) for member in outer)


def _read(learnt: Learnt) -> tuple[Facts, dict[str, Any]]:
    """The facts of then, and the rest without what was that version's alone. Raises NotKnown."""
    found = unpacked(learnt)
    alone = {ask.value for ask in OF_VERSION}
    return facts_from_wire(found.plain), {key: value for key, value in found.whole().items() if key not in alone}


def _same_bytes(was: Facts, now: Facts) -> bool:
    """Facts and verdict stand in different tables: neither is believed alone."""
    return (was.size, was.sha256, was.mime, was.signatures) == (now.size, now.sha256, now.mime, now.signatures)


def _of_the_bytes(wire: Mapping[str, Any], answers: Mapping[Question, Answer]) -> dict[str, Any]:
    """What to keep for this version, too; not what lies in it, where that bears another's name."""
    dropped = set() if Ask.INSIDES in answers else {Ask.INSIDES.value, "members"}
    return {key: value for key, value in wire.items() if key not in dropped}


def _all_searches(rulebook: Rulebook) -> Mapping[str, Search]:
    """All that its rules and their exceptions look for, as they are kept."""
    matches = [rule.match for rule in rulebook.rules]
    matches += [one.match for rule in rulebook.rules for one in rule.exceptions or ()]
    texts = (one for match in matches for one in every_condition(match) if isinstance(one, Text))
    return by_key(search for text in texts for pattern in text.root for search in pattern.searches.values())


def _ask(inquiry: Inquiry, answers: dict[Question, Answer], questions: Collection[Question]) -> None:
    """The platform, and never the content."""
    if not set(questions) <= set(OF_VERSION):
        raise Forgotten
    for question in questions:
        answers[question] = _answer(inquiry, question)


def _answer(inquiry: Inquiry, question: Question) -> Answer:
    if question is Ask.PERSON:
        return inquiry.person() or NOBODY
    if question is Ask.VERSIONS:
        versions = inquiry.versions()
        return Unanswerable(NO_VERSIONS) if versions is None else versions
    link = inquiry.public_link()
    return Unanswerable(NO_LINK) if link is None else link
