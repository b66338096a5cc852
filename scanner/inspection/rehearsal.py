"""A rule's examples through the engine that also looks at real versions: does it hit and miss what it says it does?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rule_engine import Examined, RuleEngine
from scanner.model import ContentFacts, Gap, Person
from scanner.rulebook.examples import Example
from scanner.rulebook.facts import Facts
from scanner.rulebook.match import answers
from scanner.rulebook.rule import Rule, Rulebook, rulebook_of
from scanner.sandbox.handing_over import in_memory

HEAD = 64 * 1024
"""Bytes that the type is found from, as in the service."""
PIECE = 256 * 1024
KindOf = Callable[[bytes], str | Gap]
"""A content's first bytes to its MIME type."""


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
class Told(NobodyToAsk):
    """An example tells what the platform would."""

    example: Example

    def person(self) -> Person | None:
        return None if self.example.uploader is None else Person(self.example.uploader)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that did not do what it says."""

    rule: str
    expected: Literal["hit", "miss"]
    number: int
    """Position in its list, from 1."""
    got: str
    facts: Facts
    answers: tuple[tuple[str, bool | None], ...]
    """What each key of `match` came to; None where it was not asked."""


def rehearse(
    rule: Rule, kind_of: KindOf, engine_of: Callable[[Rulebook], RuleEngine] = RuleEngine
) -> tuple[Failure, ...]:
    """The examples of a rule that fail; none where all do what they say."""
    engine = engine_of(rulebook_of([rule]))
    expectations: tuple[tuple[Literal["hit", "miss"], tuple[Example, ...]], ...] = (
        ("hit", rule.examples.hit),
        ("miss", rule.examples.miss),
    )
    failures = []
    for expected, examples in expectations:
        for number, example in enumerate(examples, start=1):
            content = memory_content(example.build(), kind_of)
            examined = engine.examine(example.version, Told(example), content, example.earlier)
            got = _outcome(examined)
            if got != expected:
                said = tuple(answers(rule.match, examined.known))
                failures.append(Failure(rule.id, expected, number, got, examined.known.facts, said))
    return tuple(failures)


def memory_content(data: bytes, kind_of: KindOf) -> MemoryContent:
    """The content with its facts; where its type cannot be found out, none is."""
    kind = kind_of(data[:HEAD])
    mime = "application/octet-stream" if isinstance(kind, Gap) else kind
    facts = ContentFacts(len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), mime)
    return MemoryContent(data, facts)


def _outcome(examined: Examined) -> str:
    inspection = examined.inspection
    if inspection.gap is not None:
        return inspection.gap.detail
    return "hit" if inspection.findings else "miss"
