"""A rule's examples through the engine that also looks at real versions: does it hit and miss what it says it does?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from scanner.inspection.rule_engine import Examined, RuleEngine
from scanner.model import ContentFacts, Gap, Person
from scanner.rulebook.deciding import decide, gaps
from scanner.rulebook.examples import Example
from scanner.rulebook.explain import Explained, explained
from scanner.rulebook.facts import Facts
from scanner.rulebook.rule import Rule, Rulebook, rulebook_of
from scanner.sandbox.handing_over import in_memory

HEAD = 64 * 1024
"""Bytes that the type is found from, as in the service."""
PIECE = 256 * 1024
KindOf = Callable[[bytes], str | Gap]
"""A content's first bytes to its MIME type."""
Expected = Literal["hit", "miss"]
Got = Literal["hit", "miss", "undecided"]


@dataclass(frozen=True, slots=True)
class MemoryContent:
    """A content for engines that is already in memory."""

    data: bytes
    facts: ContentFacts

    @property
    def head(self) -> bytes:
        return self.data[:HEAD]

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for offset in range(start, len(self.data), PIECE):
            yield self.data[offset : offset + PIECE]

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def descriptor(self) -> AbstractContextManager[int]:
        return in_memory(self.data)


@dataclass(frozen=True, slots=True)
class Told:
    """An example tells what the platform would."""

    example: Example

    def person(self) -> Person | None:
        return self.example.person

    def public_link(self) -> bool | None:
        return self.example.public_link

    def versions(self) -> int | None:
        return self.example.versions


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one example."""

    rule: str
    expected: Expected
    number: int
    """Position in its list, from 1."""
    got: Got
    facts: Facts
    conditions: tuple[Explained, ...]
    """What each key of `match` came to."""
    gap: Gap | None = None
    """Why it could not be decided."""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.got == self.expected


def rehearse(
    rule: Rule, kind_of: KindOf, engine_of: Callable[[Rulebook], RuleEngine] = RuleEngine
) -> tuple[Trial, ...]:
    """The examples of a rule that fail; none where all do what they say."""
    return tuple(trial for trial in trials(rule, kind_of, engine_of) if not trial.ok)


def trials(rule: Rule, kind_of: KindOf, engine_of: Callable[[Rulebook], RuleEngine] = RuleEngine) -> Iterator[Trial]:
    """All examples of a rule, one after the other."""
    engine = engine_of(rulebook_of([rule]))
    expectations: tuple[tuple[Expected, tuple[Example, ...]], ...] = (
        ("hit", rule.examples.hit),
        ("miss", rule.examples.miss),
    )
    for expected, examples in expectations:
        for number, example in enumerate(examples, start=1):
            began = time.monotonic()
            content = memory_content(example.build(), kind_of)
            examined = engine.examine(example.version, Told(example), content, example.earlier)
            got, gap = _outcome(rule, examined)
            said, taken = explained(rule.match, examined.known), time.monotonic() - began
            yield Trial(rule.id, expected, number, got, examined.known.facts, said, gap, taken)


def _outcome(rule: Rule, examined: Examined) -> tuple[Got, Gap | None]:
    """Also of a rule on trial, whose doubts an engine does not mention."""
    if examined.inspection.findings:
        return "hit", None
    if examined.inspection.gap is not None:
        return "undecided", examined.inspection.gap
    if decide(rule.match, examined.known) is None:
        return "undecided", next(gaps(rule.match, examined.known), None)
    return "miss", None


def memory_content(data: bytes, kind_of: KindOf) -> MemoryContent:
    """The content with its facts; where its type cannot be found out, none is."""
    kind = kind_of(data[:HEAD])
    mime = "application/octet-stream" if isinstance(kind, Gap) else kind
    facts = ContentFacts(len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), mime)
    return MemoryContent(data, facts)
