"""What rules say of a version that was looked at before, from what is known of it: nothing is downloaded or asked.

Decided as when it was looked at, by the same functions; whatever has to be asked is answered with `NotKept`, which
leaves open what depends on it. So a rule that is decided here would have been decided in the same way then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from scanner.inspection.rule_engine import Decidable, concluded, settle, standings_of
from scanner.model import ContentFacts, FileVersion, Finding, Gap, Learnt, Unchecked
from scanner.rulebook.content_conditions import Text
from scanner.rulebook.deciding import gaps
from scanner.rulebook.facts import Nature, facts_of
from scanner.rulebook.insides import Insides
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import from_wire
from scanner.rulebook.match import Member, conditions, decide, every_condition
from scanner.rulebook.packing import FORM, unpacked
from scanner.rulebook.questions import Answer, Ask, OfMember, Question, Search, Unanswerable
from scanner.rulebook.rule import Rule
from scanner.rulebook.standing import COUNTS, cases
from scanner.rulebook.wire_values import NotKnown

NOTHING_KEPT = "nothing kept"
"""It was judged before facts were kept, or they were dropped since."""
OTHER_FORM = "facts of another version of scanner"
DAMAGED = "facts damaged"
MEMBERS_CUT = "more members than are kept"
_PLAIN = Nature(hollow=False, wrapped=True)
"""Of a content of which only the verdict is left: there may be anything in it."""


@dataclass(frozen=True, slots=True)
class NotKept(Gap):
    """Nobody asked then, and nobody can be asked now."""

    question: str = ""


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
        self._searches = tuple(_searches(chain(self.rules, cases(self.rules, today))))

    def of(self, memory: Memory) -> tuple[Said, ...]:
        """In the order of the rules. Most are decided by the plain facts, without reading the rest."""
        wire, lost = _opened(memory)
        if wire is None:
            return self._lacking(memory, lost)
        try:
            plain = from_wire({"facts": wire["facts"]})
            open_rules = [rule for rule in self.rules if decide(rule.match, plain) is not False]
            if not open_rules:
                return tuple(Said(rule.id, holds=False) for rule in self.rules)
            known = from_wire(wire, self._searches, self._yara)
        except (NotKnown, KeyError):
            return self._lacking(memory, DAMAGED)
        said = {one.rule: one for one in self.given(memory.version, known, open_rules)}
        return tuple(said.get(rule.id) or Said(rule.id, holds=False) for rule in self.rules)

    def _lacking(self, memory: Memory, why: str) -> tuple[Said, ...]:
        """From the verdict alone, which tells name, size, type and signatures."""
        known = Known(facts_of(memory.version, memory.content, memory.earlier(), _PLAIN))
        return self.given(memory.version, known, lost=why)

    def given(
        self, version: FileVersion, known: Known, rules: Sequence[Rule] | None = None, lost: str = ""
    ) -> tuple[Said, ...]:
        """From all that is known; `lost` says why there is not more."""
        rules = self.rules if rules is None else rules
        answers = dict(known.answers)
        known = Known(known.facts, answers)

        def refuse(questions: Collection[Question]) -> None:
            for question in questions:
                answers[question] = _not_kept(question)

        decided = settle(rules, known, refuse)
        standings = standings_of(rules, decided, version, known, today=self._today, ask=refuse)
        found = {one.name: one for one in concluded(rules, decided, known, standings)[0]}
        return tuple(
            self._said(rule, decided[rule.id], found.get(rule.id), known, lost)
            if decided[rule.id] is None or standings.get(rule.id, COUNTS).counts
            else Said(rule.id, decided[rule.id], found.get(rule.id))
            for rule in rules
        )

    def _said(self, rule: Rule, holds: bool | None, finding: Finding | None, known: Known, lost: str) -> Said:
        """Of one that counts, or may: an exception that is not decided leaves open whether it does."""
        if holds is None:
            missing, gap = _why(rule, known)
            return Said(rule.id, None, missing=(missing and lost) or missing, gap=gap)
        excepting = cases([rule], self._today) if holds else ()
        missing = next((why for case in excepting if (why := _why(case, known)[0])), "")
        return Said(rule.id, holds, finding, (missing and lost) or missing)


def _opened(memory: Memory) -> tuple[dict[str, object] | None, str]:
    if memory.learnt is None:
        return None, NOTHING_KEPT
    if memory.learnt.form != FORM:
        return None, OTHER_FORM
    try:
        return unpacked(memory.learnt), ""
    except NotKnown:
        return None, DAMAGED


def _why(one: Decidable, known: Known) -> tuple[str, Gap | None]:
    """Why it is not decided: what looking once more would tell, else what nobody can tell."""
    each = tuple(gaps(one.match, known))
    for gap in each:
        if isinstance(gap, NotKept):
            return gap.question, None
        if gap.transient:
            return gap.reason.value, None
    inside = known.told(Ask.INSIDES, Insides)
    if inside is not None and inside.cut:
        about_members = (part for part in conditions(one.match) if isinstance(part, Member))
        if any(decide(part, known) is None for part in about_members):
            return MEMBERS_CUT, None
    return "", next(iter(each), None)


def _not_kept(question: Question) -> Answer:
    return Unanswerable(NotKept(Unchecked.ENGINE_ERROR, "nobody asked", named(question)))


def named(question: Question) -> str:
    """Of a closed set, for counting: the question of whatever rule it is."""
    if isinstance(question, OfMember):
        return f"{named(question.about)} of members"
    if isinstance(question, Search):
        return f"detector {question.detector}" if question.detector else "text"
    return question.value.replace("_", " ")


def _searches(each: Iterator[Decidable]) -> Iterator[Search]:
    for one in each:
        for condition in every_condition(one.match):
            if isinstance(condition, Text):
                for pattern in condition.root:
                    yield from pattern.searches.values()
