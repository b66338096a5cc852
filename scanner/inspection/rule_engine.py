"""The rulebook over one content: facts first, and the content itself only for what they leave open.

Text is searched in windows that overlap, each for all patterns wanted at the time. A match longer than OVERLAP
may be missed where it lies across the border of two windows; docs/rules.md says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from scanner.inspection.engine import Content, Inquiry
from scanner.model import FileVersion, Finding, Gap, Inspection, Unscannable
from scanner.rulebook.conditions import Pattern
from scanner.rulebook.facts import Facts, facts_of
from scanner.rulebook.match import decide, pending, place
from scanner.rulebook.pattern import SEARCH_LIMIT, find
from scanner.rulebook.rule import Rule, Rulebook

STEP = 1024**2
"""Bytes from one window's beginning to the next."""
OVERLAP = 64 * 1024
"""Bytes that two windows share."""


class RuleEngine:
    """Holds the rulebook in force, which a running service may swap between two contents. Always ready."""

    name = "rules"

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    @property
    def rulebook(self) -> Rulebook:
        return self._rulebook

    def swap(self, rulebook: Rulebook) -> None:
        """Inspections that have begun end with the rulebook they began with."""
        self._rulebook = rulebook

    def version(self) -> str:
        return self._rulebook.version

    def ready(self) -> Gap | None:
        return None

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        """A gap where a rule that counts depends on text beyond SEARCH_LIMIT."""
        rulebook = self._rulebook
        person = inquiry.person() if rulebook.wants_uploader else None
        facts = facts_of(version, None if person is None else person.username, content.facts, earlier)
        found: dict[Pattern, int | None] = {}
        answers = [(rule, decide(rule.match, facts, found)) for rule in rulebook.rules]
        undecided = [rule for rule, answer in answers if answer is None]
        if undecided:
            search(undecided, facts, content, found)
            answers = [
                (rule, decide(rule.match, facts, found) if answer is None else answer) for rule, answer in answers
            ]
        findings = tuple(_finding(rule, found) for rule, answer in answers if answer)
        gap = _gap([rule for rule, answer in answers if answer is None and rule.counts])
        return Inspection(self.name, rulebook.version, findings, gap)


def _finding(rule: Rule, found: dict[Pattern, int | None]) -> Finding:
    offset = place(rule.match, found)
    return Finding(
        engine=RuleEngine.name,
        name=rule.id,
        place="" if offset is None else f"byte {offset}",
        severity=rule.severity,
        counts=rule.counts,
        message=rule.message,
        actions=rule.actions,
    )


def _gap(undecided: list[Rule]) -> Gap | None:
    if not undecided:
        return None
    more = f" and {len(undecided) - 1} more" if len(undecided) > 1 else ""
    return Gap(Unscannable.LIMITS, f"rule {undecided[0].id}{more}: text is searched up to {SEARCH_LIMIT} bytes only")


def search(rules: list[Rule], facts: Facts, content: Content, found: dict[Pattern, int | None]) -> None:
    """Fill `found` with what the rules depend on, as far as the limits allow: a pass over the content for all patterns
    needed now, then another where what was found makes others matter."""
    tried: set[Pattern] = set()
    while wanted := _wanted(rules, facts, found, tried):
        tried.update(wanted)
        for start, end in _windows(content.facts.size):
            wanted = _look(wanted, start, end, content, found)
            if not wanted:
                break


def _look(
    wanted: list[Pattern], start: int, end: int, content: Content, found: dict[Pattern, int | None]
) -> list[Pattern]:
    """One window; returns the patterns to look for in the next."""
    # One byte more on either side, so that ^, $ and \b see what stands beyond the window.
    origin = max(0, start - 1)
    text = content.read_at(origin, end + 1 - origin)
    for pattern in wanted:
        offset = _first(pattern, text, origin, start, end)
        if offset is not None or _ends(pattern, content.facts.size) <= end:
            found[pattern] = offset
    return [pattern for pattern in wanted if pattern not in found]


def _wanted(rules: list[Rule], facts: Facts, found: dict[Pattern, int | None], tried: set[Pattern]) -> list[Pattern]:
    return list(dict.fromkeys(pattern for rule in rules for pattern in pending(rule.match, facts, found, tried)))


def _windows(size: int) -> Iterator[tuple[int, int]]:
    """Also one for an empty content: it has been searched then, and nothing found."""
    start, end, limit = 0, 0, min(size, SEARCH_LIMIT)
    while start == 0 or end < limit:
        end = min(limit, start + STEP + OVERLAP)
        yield start, end
        start += STEP


def _first(pattern: Pattern, text: bytes, origin: int, start: int, end: int) -> int | None:
    """The offset in the content of the first match between `start` and `end`; `text` begins at `origin`."""
    end = end if pattern.within is None else min(end, pattern.within)
    if end <= start:
        return None
    offset = find(pattern.compiled, text, start - origin, end - origin)
    return None if offset is None else origin + offset


def _ends(pattern: Pattern, size: int) -> float:
    """Where the search for it is over. Never, where it would have to go on beyond the limit."""
    if pattern.within is not None:
        return min(pattern.within, size)
    return size if size <= SEARCH_LIMIT else inf
