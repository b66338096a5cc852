"""What a rule is, and the rulebook: all rules in force, which never changes once made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from scanner.model import PLANNED_STEPS, Severity, StepKind
from scanner.rulebook.examples import Examples
from scanner.rulebook.lifecycle import MOST_EXCEPTIONS, Canary, RuleException
from scanner.rulebook.match import Match, Written
from scanner.rulebook.texts import Id, Line, Link, Prose
from scanner.rulebook.values import at_most


class Status(StrEnum):
    """How far a rule is trusted."""

    TRIAL = "trial"
    """It finds, but its findings are no ground for a verdict or an act."""
    STABLE = "stable"


def _action(written: object) -> object:
    if written not in PLANNED_STEPS:
        raise ValueError(f"must be {', '.join(PLANNED_STEPS[:-1])} or {PLANNED_STEPS[-1]}")
    return written


def _each_once(actions: tuple[StepKind, ...]) -> tuple[StepKind, ...]:
    if len(set(actions)) < len(actions):
        raise ValueError("names an action twice")
    return actions


Action = Annotated[StepKind, BeforeValidator(_action)]
Actions = Annotated[tuple[Action, ...], at_most(len(PLANNED_STEPS)), AfterValidator(_each_once)]


class Rule(BaseModel):
    """One YAML file, named for its id."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    id: Id
    """Lower-case words joined by hyphens; the name of the file. It stands in verdicts and metrics: do not change it."""
    title: Line
    """What it finds, in a few words."""
    why: Prose
    """Why that is worth finding."""
    severity: Severity
    """How bad it is if the rule is right."""
    status: Status
    """`trial`: it finds, and nothing comes of it. `stable`: it counts."""
    canary: Written[Canary] = None
    """For which files it counts already; None is for all."""
    match: Match
    """The conditions, all of which must hold."""
    exceptions: Written[Annotated[tuple[RuleException, ...], at_most(MOST_EXCEPTIONS)]] = None
    """Known cases in which its finding does not count."""
    message: Line
    """What the owner of a file is told in its comment."""
    actions: Written[Actions] = None
    """Beside what the policy asks for; without it, the policy alone."""
    examples: Examples
    """What it must hit and what it must miss, at least one of each."""
    false_positives: Written[tuple[Line, ...]] = None
    """Which harmless files it may hit."""
    references: Written[tuple[Link, ...]] = None
    """Links to sources."""

    @property
    def counts(self) -> bool:
        """For some files at least; `standing` says for which."""
        return self.status is Status.STABLE


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules in force, in the order of their ids."""

    rules: tuple[Rule, ...]
    digest: str
    """SHA-256 over all rules' content, in hexadecimal: the same rules have the same digest, wherever they stand."""

    @property
    def version(self) -> str:
        """As a verdict names it."""
        return f"rulebook sha256:{self.digest[:12]} ({len(self.rules)} rules)"


def rulebook_of(rules: Iterable[Rule]) -> Rulebook:
    """The rules' ids must differ."""
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    digest = hashlib.sha256()
    for rule in ordered:
        digest.update(rule.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
    return Rulebook(ordered, digest.hexdigest())
