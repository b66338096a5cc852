"""What rules say of a version that was looked at before, from what is known of it: nothing is downloaded or asked.

Decided as when it was looked at, by the same functions. What nobody asked then stays open, and with it what depends on
it: so a rule that is decided here would have been decided in the same way then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scanner.inspection.rule_engine import Decidable, concluded
from scanner.model import ContentFacts, FileVersion, Finding, Gap, Learnt
from scanner.rulebook.conditions import Condition
from scanner.rulebook.content_conditions import Text
from scanner.rulebook.deciding import gaps
from scanner.rulebook.facts import Nature, facts_of
from scanner.rulebook.insides import Insides
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import answers_from_wire, by_key, facts_from_wire
from scanner.rulebook.match import Member, conditions, decide, every_condition, pending
from scanner.rulebook.packing import FORM, Unpacked, unpacked
from scanner.rulebook.questions import Ask, OfMember, Question, Search, cost_of
from scanner.rulebook.rule import Rule
from scanner.rulebook.standing import Case, cases, excepted, standing
from scanner.rulebook.wire_values import NotKnown

NOTHING_KEPT = "nothing kept"
"""It was judged before facts were kept, or they were dropped since."""
OTHER_FORM = "facts of another version of scanner"
DAMAGED = "facts damaged"
MEMBERS_CUT = "more members than are kept"
_PLAIN = Nature(hollow=False, wrapped=True)
"""Of a content of which only the verdict is left: there may be anything in it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule says of one version."""

    rule: str
    holds: bool | None
    finding: Finding | None = None
    """Where it holds; as it would stand among the findings of a verdict."""
    missing: str = ""
    """Why what is known does not suffice to decide it, or whether it counts. Looking once more would."""
    gap: Gap | None = None
    """Why nobody could decide it then, nor could now."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is left of one version judged."""

    version: FileVersion
    content: ContentFacts
    earlier: Callable[[], tuple[Finding, ...]]
    """Malware that engines named; asked only where nothing else tells of it."""
    learnt: Learnt | None


class Hindsight:
    """Rules tried on versions judged in the past. `yara`: digest of the YARA rules that theirs depend on; `today` ends
    exceptions."""

    def __init__(self, rules: Sequence[Rule], yara: str, today: date) -> None:
        self.rules = tuple(rules)
        self._yara = yara
        self._today = today
        self._exceptions = cases(self.rules, today)
        those: tuple[Decidable, ...] = (*self.rules, *self._exceptions)
        each = [part for one in those for part in every_condition(one.match)]
        self._searches = by_key(_searches(each))
        self._wanted = _wanted(each)

    def of(self, memory: Memory) -> tuple[Said, ...]:
        """In the order of the rules. Most are decided by the plain facts, without reading the rest."""
        if memory.learnt is None:
            return self._lacking(memory, NOTHING_KEPT)
        if memory.learnt.form != FORM:
            return self._lacking(memory, OTHER_FORM)
        try:
            return self._by_facts(memory.version, unpacked(memory.learnt))
        except NotKnown:
            return self._lacking(memory, DAMAGED)

    def _by_facts(self, version: FileVersion, learnt: Unpacked) -> tuple[Said, ...]:
        plain = Known(facts_from_wire(learnt.plain))
        left = [rule for rule in self.rules if decide(rule.match, plain) is not False]
        said: dict[str, Said] = {}
        if left:
            rest = learnt.whole() if self._wanted else {}
            wanted = {key: value for key, value in rest.items() if key in self._wanted}
            known = Known(plain.facts, answers_from_wire(wanted, self._searches, self._yara))
            said = {one.rule: one for one in self.given(version, known, left)}
        return tuple(said.get(rule.id) or Said(rule.id, holds=False) for rule in self.rules)

    def _lacking(self, memory: Memory, why: str) -> tuple[Said, ...]:
        """From the verdict alone, which tells name, size, type and signatures."""
        known = Known(facts_of(memory.version, memory.content, memory.earlier(), _PLAIN))
        each = self.given(memory.version, known)
        return tuple(replace(one, missing=why) if one.missing else one for one in each)

    def given(self, version: FileVersion, known: Known, rules: Sequence[Rule] | None = None) -> tuple[Said, ...]:
        """From all that is known."""
        rules = self.rules if rules is None else rules
        answers = {rule.id: decide(rule.match, known) for rule in rules}
        holding = [rule for rule in rules if answers[rule.id]]
        standings = {rule.id: standing(rule, version) for rule in holding}
        exceptions = [one for one in self._exceptions if one.rule.id in standings and standings[one.rule.id].counts]
        excepting = {one.id: decide(one.match, known) for one in exceptions}
        standings |= excepted(exceptions, excepting)
        found = {one.name: one for one in concluded(holding, answers, known, standings)[0]}
        open_cases = {one.rule.id: one for one in reversed(exceptions) if excepting[one.id] is None}
        return tuple(_said(rule, answers[rule.id], found.get(rule.id), open_cases, known) for rule in rules)


def _said(
    rule: Rule, holds: bool | None, finding: Finding | None, open_cases: Mapping[str, Case], known: Known
) -> Said:
    if holds is None:
        missing, gap = _why(rule, known)
        return Said(rule.id, None, missing=missing, gap=gap)
    if finding is None:
        return Said(rule.id, holds)
    # One that does not count anyway is none the wiser for its exceptions.
    case = open_cases.get(rule.id) if finding.counts else None
    return Said(rule.id, holds, finding, _why(case, known)[0] if case is not None else "")


def _why(one: Decidable, known: Known) -> tuple[str, Gap | None]:
    """Why it is not decided: what looking once more would tell, else what nobody can tell."""
    wanted = pending(one.match, known)
    if wanted:
        return named(min(wanted, key=cost_of)), None
    each = tuple(gaps(one.match, known))
    transient = next((gap for gap in each if gap.transient), None)
    if transient is not None:
        return transient.reason.value, None
    inside = known.told(Ask.INSIDES, Insides)
    if inside is not None and inside.cut:
        about_members = (part for part in conditions(one.match) if isinstance(part, Member))
        if any(decide(part, known) is None for part in about_members):
            return MEMBERS_CUT, None
    return "", next(iter(each), None)


def named(question: Question) -> str:
    """Of a closed set, for counting: the question of whatever rule it is."""
    if isinstance(question, OfMember):
        return f"{named(question.about)} of members"
    if isinstance(question, Search):
        return f"detector {question.detector}" if question.detector else "text"
    return question.value.replace("_", " ")


def _searches(each: Iterable[Condition[Any]]) -> Iterator[Search]:
    for condition in each:
        if isinstance(condition, Text):
            for pattern in condition.root:
                yield from pattern.searches.values()


def _wanted(each: Sequence[Condition[Any]]) -> frozenset[str]:
    """What of the wire these conditions could ask: reading members that nobody asks about takes most of the time."""
    asks = {ask.value for condition in each for ask in condition.asks}
    searches = {"searches"} if any(isinstance(condition, Text) for condition in each) else set()
    return frozenset(asks | searches | ({"members"} if Ask.INSIDES.value in asks else set()))
