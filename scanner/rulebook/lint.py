"""How a rule that can be understood could be better. Nothing here is an error, and nothing is changed.

Each check is a function from a rule to issues; severities are about the rule, not about what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path as FilePath
from typing import TypeVar

from scanner.model import Severity, StepKind
from scanner.rulebook.conditions import Condition, Extension, Folder, Mime, Mismatch, Name, Path, Place, SizeRange
from scanner.rulebook.content_conditions import Pattern, Text
from scanner.rulebook.deciding import Tree, conditions, cost
from scanner.rulebook.definitions import Definition
from scanner.rulebook.kinds import MIME_BY_EXTENSION
from scanner.rulebook.match import Member, every_condition
from scanner.rulebook.pattern import SEARCH_LIMIT
from scanner.rulebook.questions import Cost
from scanner.rulebook.rule import Rule, Status
from scanner.rulebook.until import ended, utc_today


class Concern(StrEnum):
    """How much an issue matters; the words are defined in docs/rules.md."""

    HIGH = "high"
    """The rule does not do what is written in it."""
    MEDIUM = "medium"
    """It does, but hits or costs more than it need."""
    LOW = "low"
    """Whoever has to live with it will miss something."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One way in which a rule could be better."""

    rule: str
    concern: Concern
    what: str
    remedy: str


def lint(rules: Mapping[FilePath, Rule]) -> tuple[Issue, ...]:
    """All issues of all rules, in the order of the files."""
    one_by_one = [issue for rule in rules.values() for check in CHECKS for issue in check(rule)]
    return (*one_by_one, *_twins(rules))


def lint_shared(unused: Iterable[Definition]) -> tuple[Issue, ...]:
    """Lists and macros that no rule uses; each under its own name."""
    remedy = "Remove it, or use it."
    return tuple(Issue(one.name, Concern.LOW, f"no rule uses this {one.kind}", remedy) for one in unused)


def _mismatch_never(rule: Rule) -> Iterator[Issue]:
    members = (one.root for one in conditions(rule.match) if isinstance(one, Member))
    for tree in (rule.match, *members):
        extension, mismatch = _own(tree, Extension), _own(tree, Mismatch)
        if extension is None or mismatch is None or not mismatch.root:
            continue
        if not any(one.rpartition(".")[2].lower() in MIME_BY_EXTENSION for one in extension.root):
            what = "mismatch can never be true: none of these extensions declares anything"
            remedy = "Take extensions from the table in docs/rules.md, or leave mismatch out."
            yield Issue(rule.id, Concern.HIGH, what, remedy)


def _always(rule: Rule) -> Iterator[Issue]:
    for condition in every_condition(rule.match):
        if isinstance(condition, EVERYTHING_HAS) and {"*", "**", "/**", "*/*"} & set(condition.root):
            what = f"{type(condition).__name__.lower()} holds for everything"
            yield Issue(rule.id, Concern.MEDIUM, what, "Narrow the glob, or remove the condition.")


EVERYTHING_HAS = (Path, Folder, Name, Mime, Place)
"""Globs of anything say something of the others: that there is a signature, or that the uploader is known."""


def _asks_of_everything(rule: Rule) -> Iterator[Issue]:
    dearest = cost(rule.match.parts[0])
    if dearest not in FOR_EVERYTHING:
        return
    concern, done = FOR_EVERYTHING[dearest]
    what = f"every {done}: no cheaper condition comes first"
    yield Issue(rule.id, concern, what, "Add an extension, a mime, a folder or a size.")


FOR_EVERYTHING = {
    Cost.SEARCH: (Concern.MEDIUM, "content is searched"),
    Cost.ENTROPY: (Concern.MEDIUM, "content's bytes are counted"),
    Cost.YARA: (Concern.MEDIUM, "content is scanned by YARA"),
    Cost.UNPACK: (Concern.MEDIUM, "content that may hold something is taken apart"),
    Cost.CALL: (Concern.HIGH, "version costs an API call"),
    Cost.LINK: (Concern.HIGH, "version costs an API call"),
}


def _large_contents(rule: Rule) -> Iterator[Issue]:
    size = _own(rule.match, SizeRange)
    highest = None if size is None else size.bounds[1]
    bounded = highest is not None and highest <= SEARCH_LIMIT
    patterns = [one for text in conditions(rule.match) if isinstance(text, Text) for one in text.root]
    if rule.counts and not bounded and any(_whole(pattern) for pattern in patterns):
        what = f"contents above {SEARCH_LIMIT // 1024**2}MiB become unscannable where this rule depends on their text"
        yield Issue(rule.id, Concern.MEDIUM, what, "Add a size, or say within what part of the content to look.")


def _whole(pattern: Pattern) -> bool:
    return pattern.within is None and "bytes" in pattern.searches


def _acts_lightly(rule: Rule) -> Iterator[Issue]:
    if rule.counts and rule.severity is Severity.LOW and StepKind.QUARANTINE in (rule.actions or ()):
        yield Issue(rule.id, Concern.MEDIUM, "moves files at severity low", "Only comment, or raise the severity.")


def _acts_in_vain(rule: Rule) -> Iterator[Issue]:
    if rule.status is Status.TRIAL and rule.actions is not None:
        what = "its actions have no effect while it is on trial"
        yield Issue(rule.id, Concern.LOW, what, "Set status to stable when it has proved itself.")


def _first_for_nobody(rule: Rule) -> Iterator[Issue]:
    if rule.status is Status.TRIAL and rule.canary is not None:
        what = "its canary has no effect while it is on trial"
        yield Issue(rule.id, Concern.LOW, what, "Set status to stable; then it counts for the canary alone.")


def _ended_exceptions(rule: Rule) -> Iterator[Issue]:
    for number, one in enumerate(rule.exceptions or (), start=1):
        if ended(one.until, utc_today()):
            what = f"exception {number} ended on {one.until}: the rule counts again for what it was written for"
            yield Issue(
                rule.id, Concern.MEDIUM, what, f"Remove it, or let {one.author} decide anew until when it holds."
            )


def _undocumented(rule: Rule) -> Iterator[Issue]:
    if not rule.false_positives:
        what = "says nothing of false positives"
        yield Issue(rule.id, Concern.LOW, what, "Say which harmless files it may hit; whoever is on duty will ask.")
    if not rule.references:
        yield Issue(rule.id, Concern.LOW, "has no references", "Name a source for what it looks for.")


CHECKS = (
    _mismatch_never,
    _always,
    _asks_of_everything,
    _large_contents,
    _acts_lightly,
    _acts_in_vain,
    _first_for_nobody,
    _ended_exceptions,
    _undocumented,
)


def _twins(rules: Mapping[FilePath, Rule]) -> Iterator[Issue]:
    first: dict[str, str] = {}
    for rule in rules.values():
        written = rule.match.model_dump_json(exclude_unset=True)
        if written in first:
            what = f"matches exactly what {first[written]} matches"
            yield Issue(rule.id, Concern.MEDIUM, what, "Keep one of them.")
        first.setdefault(written, rule.id)


_C = TypeVar("_C", bound=Condition)  # type: ignore[type-arg]


def _own(tree: Tree, kind: type[_C]) -> _C | None:
    """The condition of that kind that must always hold, if there is one."""
    return next((part for part in tree.parts if isinstance(part, kind)), None)
