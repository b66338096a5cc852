"""The rulebook over one content: facts first, and whatever costs more only for what they leave open.

The cheapest question that any undecided rule needs is asked first, for all rules together; then all are decided again.
A rule that counts and cannot be decided is a gap, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from scanner.inspection.apart import TakesApart
from scanner.inspection.asking import Asking, Means
from scanner.inspection.engine import Content, Inquiry
from scanner.inspection.nature import nature_of
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import FileVersion, Finding, Gap, Inspection, Unchecked
from scanner.rulebook.content_conditions import Scanned
from scanner.rulebook.deciding import Part, gaps, pending_of_open, reduced
from scanner.rulebook.evidence import Evidence, evidence
from scanner.rulebook.facts import facts_of
from scanner.rulebook.known import Known
from scanner.rulebook.match import Match, every_condition
from scanner.rulebook.packing import packed
from scanner.rulebook.questions import OfMember, Question, Search, cost_of
from scanner.rulebook.rule import Rule, Rulebook
from scanner.rulebook.standing import Standing, cases, excepted, standing
from scanner.rulebook.until import utc_today
from scanner.rulebook.yara_rules import NO_YARA, YaraRules

UNDECIDED = Gap(Unchecked.ENGINE_ERROR, "could not be decided")


@dataclass(frozen=True, slots=True)
class Examined:
    """An inspection, with all that it learnt."""

    inspection: Inspection
    known: Known


class RuleEngine:
    """Holds the rulebook in force, which a running service may swap between two contents."""

    name = "rules"

    def __init__(
        self,
        rulebook: Rulebook,
        yara: YaraScanner | None = None,
        unpacker: TakesApart | None = None,
        today: Callable[[], date] = utc_today,
    ) -> None:
        """Without `yara` or `unpacker`, rules that depend on them are not decided. `today` ends exceptions."""
        self._today = today
        self._yara = yara
        self._unpacker = unpacker
        self.swap(rulebook)

    @property
    def rulebook(self) -> Rulebook:
        return self._in_force[0]

    @property
    def in_force(self) -> tuple[Rulebook, YaraRules]:
        """Which belong together."""
        return self._in_force

    def today(self) -> date:
        """On which exceptions may have ended."""
        return self._today()

    def swap(self, rulebook: Rulebook) -> None:
        """Together with the YARA rules that are in force now: to be called after they were swapped, too. Inspections
        that have begun end with what they began with."""
        self._in_force = (rulebook, NO_YARA if self._yara is None else self._yara.rules)
        self._scans = any(
            isinstance(one, Scanned) for rule in rulebook.rules if rule.counts for one in every_condition(rule.match)
        )

    def version(self) -> str:
        return version_of(*self._in_force)

    def ready(self) -> Gap | None:
        """Why YARA could not be asked now, where a rule that counts needs it."""
        return self._yara.ready() if self._yara is not None and self._scans else None

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        """A gap where a rule that counts depends on what nobody can say. All that was learnt comes with it, packed."""
        examined = self.examine(version, inquiry, content, earlier)
        return replace(examined.inspection, learnt=packed(examined.known))

    def examine(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Examined:
        rulebook, yara_rules = self._in_force
        facts = facts_of(version, content.facts, earlier, nature_of(content, version.name))
        with Asking(content, version.name, Means(inquiry, self._yara, yara_rules, self._unpacker)) as asking:
            known = Known(facts, asking.answers)
            answers = settle(rulebook.rules, known, asking.ask)
            standings = standings_of(rulebook.rules, answers, version, known, today=self._today(), ask=asking.ask)
        findings, gap = concluded(rulebook.rules, answers, known, standings)
        return Examined(Inspection(self.name, version_of(rulebook, yara_rules), findings, gap), known)


def version_of(rulebook: Rulebook, yara: YaraRules) -> str:
    """As a verdict names what it rests on."""
    if not yara.digest:
        return rulebook.version
    return f"{rulebook.version}, YARA sha256:{yara.digest[:12]} ({len(yara.rules)} rules)"


class Decidable(Protocol):
    """A rule, or an exception of one."""

    @property
    def id(self) -> str: ...
    @property
    def match(self) -> Match: ...


def settle(
    rules: Sequence[Decidable], known: Known, ask: Callable[[Collection[Question]], None]
) -> dict[str, bool | None]:
    """Each rule's answer by its id, after asking for all that could decide it. `ask` puts an answer to each question
    into `known`."""
    answers: dict[str, bool | None] = {}
    waiting: dict[str, tuple[Part, tuple[Question, ...]]] = {}
    touched: dict[str, Part] = {rule.id: rule.match for rule in rules}
    while touched:
        for name, part in touched.items():
            rest = reduced(part, known)
            answers[name] = rest if isinstance(rest, bool) else None
            if not isinstance(rest, bool):
                waiting[name] = rest, pending_of_open(rest, known)
        wanted = _merged(question for _, questions in waiting.values() for question in questions)
        cheapest = min(map(cost_of, wanted), default=None)
        asked = [question for question in wanted if cost_of(question) is cheapest]
        if asked:
            ask(asked)
        # The others have learnt nothing that they wait for.
        told = set(asked)
        touched = {name: part for name, (part, questions) in waiting.items() if not told.isdisjoint(questions)}
        for name in touched:
            del waiting[name]
    return answers


def _merged(questions: Iterable[Question]) -> Collection[Question]:
    """Each once; of searches that differ only in how much is enough, the one for most."""
    merged: dict[Question, Question] = {}
    for question in questions:
        if question not in merged or _enough(question) > _enough(merged[question]):
            merged[question] = question
    return merged.values()


def _enough(question: Question) -> int:
    about = question.about if isinstance(question, OfMember) else question
    return about.enough if isinstance(about, Search) else 1


def standings_of(
    rules: Sequence[Rule],
    answers: Mapping[str, bool | None],
    version: FileVersion,
    known: Known,
    *,
    today: date,
    ask: Callable[[Collection[Question]], None],
) -> dict[str, Standing]:
    """Of each rule that holds, or may, by its id: whether it counts for this version. Exceptions are asked about only
    where it otherwise would."""
    those = [rule for rule in rules if answers[rule.id] is not False]
    found = {rule.id: standing(rule, version) for rule in those}
    exceptions = cases([rule for rule in those if found[rule.id].counts], today)
    return found | excepted(exceptions, settle(exceptions, known, ask))


def concluded(
    rules: Iterable[Rule],
    answers: Mapping[str, bool | None],
    known: Known,
    standings: Mapping[str, Standing],
) -> tuple[tuple[Finding, ...], Gap | None]:
    """All findings in the order of the rules, and why some rules that count could not be decided."""
    rules = tuple(rules)
    findings = tuple(_finding(rule, known, standings[rule.id]) for rule in rules if answers[rule.id])
    undecided = [rule for rule in rules if answers[rule.id] is None and standings[rule.id].counts]
    return findings, _gap(undecided, known)


def _finding(rule: Rule, known: Known, stands: Standing) -> Finding:
    found = evidence(rule.match, known) or Evidence()
    return Finding(
        engine=RuleEngine.name,
        name=rule.id,
        place=str(found),
        severity=rule.severity,
        counts=stands.counts,
        standing=stands.why,
        message=rule.message,
        actions=rule.actions,
        excerpt=found.excerpt,
    )


def _gap(undecided: Sequence[Rule], known: Known) -> Gap | None:
    """Of several reasons the first that may pass, since then it is worth looking again; else the first."""
    if not undecided:
        return None
    reasons = [(rule, gap) for rule in undecided for gap in gaps(rule.match, known)] or [(undecided[0], UNDECIDED)]
    rule, gap = next((pair for pair in reasons if pair[1].transient), reasons[0])
    more = f" and {len(undecided) - 1} more" if len(undecided) > 1 else ""
    return replace(gap, detail=f"rule {rule.id}{more}: {gap.detail}")
