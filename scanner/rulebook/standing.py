"""Whether a rule that holds counts for a version, and why not. Pure: nothing here is asked, only decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from scanner.model import FileVersion
from scanner.rulebook.globs import folded
from scanner.rulebook.lifecycle import Canary
from scanner.rulebook.match import Match
from scanner.rulebook.rule import Rule, Status
from scanner.rulebook.until import ended


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a finding counts."""

    counts: bool
    why: str = ""
    """In words; empty where it counts for everybody."""


COUNTS = Standing(counts=True)
ON_TRIAL = Standing(counts=False, why="on trial")


def standing(rule: Rule, version: FileVersion) -> Standing:
    """Before exceptions: how far the rule is enforced."""
    if rule.status is Status.TRIAL:
        return ON_TRIAL
    return COUNTS if rule.canary is None else _of_canary(rule.id, rule.canary, version)


def _of_canary(rule: str, canary: Canary, version: FileVersion) -> Standing:
    if canary.below is not None and canary.below.matches(folded(version.path).rpartition("/")[0] or "/"):
        return Standing(counts=True, why="canary: in one of its folders")
    if canary.takes(rule, version.group_id):
        return Standing(counts=True, why=f"canary: in its share of {canary.share}")
    outside = [f"share of {canary.share}"] * (canary.share is not None) + ["folders"] * (canary.below is not None)
    return Standing(counts=False, why=f"canary: not in its {' or '.join(outside)}")


@dataclass(frozen=True, slots=True)
class Case:
    """One exception of one rule, as something to be decided like a rule."""

    rule: Rule
    number: int
    """Place in the rule, from 1."""

    @property
    def id(self) -> str:
        # No rule's id has such a character.
        return f"{self.rule.id}#{self.number}"

    @property
    def match(self) -> Match:
        return (self.rule.exceptions or ())[self.number - 1].match

    @property
    def why(self) -> str:
        one = (self.rule.exceptions or ())[self.number - 1]
        return f"exception {self.number} until {one.until} by {one.author}: {one.reason}"


def cases(rules: Iterable[Rule], today: date) -> tuple[Case, ...]:
    """The exceptions of these rules that have not ended."""
    return tuple(
        Case(rule, number)
        for rule in rules
        for number, one in enumerate(rule.exceptions or (), start=1)
        if not ended(one.until, today)
    )


def excepted(known: Iterable[Case], answers: Mapping[str, bool | None]) -> dict[str, Standing]:
    """By rule id, where an exception holds; of several, the first. One that cannot be decided does not hold: in doubt a
    finding counts."""
    holding = [case for case in known if answers[case.id]]
    return {case.rule.id: Standing(counts=False, why=case.why) for case in reversed(holding)}
