"""What conditions ask beyond the plain facts, what each question costs, and the answers it may get. Values only; pure.

A question that nobody has asked yet leaves a condition open. One that was asked and has no answer does too, but is not
asked again: its gap says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from scanner.model import Gap, Person
from scanner.rulebook.insides import Insides
from scanner.rulebook.yara_rules import YaraMatch


class Cost(IntEnum):
    """Cheap conditions decide first; the order is that of asking."""

    LOOKUP = 1
    """A comparison or two."""
    GLOB = 2
    """A regular expression over a name."""
    PERSON = 3
    """One API call for each person; the answer is kept for later versions."""
    SEARCH = 10
    """The content is read."""
    ENTROPY = 11
    """Up to 16 MiB of the content are counted byte by byte."""
    YARA = 12
    """The content is scanned in another process."""
    UNPACK = 13
    """The content is taken apart in another process."""
    CALL = 20
    """One API call for each version."""
    LINK = 21
    """The same, and only when all the rest holds."""


class Ask(Enum):
    """Questions about a content as a whole."""

    PERSON = "person"
    """A Person; NOBODY where the platform does not say who it was."""
    VERSIONS = "versions"
    """int: how many versions the file has."""
    PUBLIC_LINK = "public_link"
    """bool: whether a link to the file opens it without a login."""
    ENTROPY = "entropy"
    """float: bits per byte."""
    YARA = "yara"
    """Matched: all YARA rules that match the bytes."""
    INSIDES = "insides"
    """Insides: what lies in it."""


@dataclass(frozen=True, slots=True)
class Search:
    """How often something is found in the bytes, or in the text taken out of them. The answer is a Tally."""

    regex: str = ""
    """In RE2's syntax; empty where a detector looks."""
    detector: str = ""
    ignore_case: bool = False
    within: int | None = None
    """Bytes from the beginning; None is all."""
    taken_out: bool = False
    """In the text taken out of the content, not in its bytes."""
    enough: int = field(default=1, compare=False)
    """How often is often enough: nobody has to count on."""
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Looked up a thousand times for each content, and made once for each rule.
        same = (self.regex, self.detector, self.ignore_case, self.within, self.taken_out)
        object.__setattr__(self, "_hash", hash(same))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class OfMember:
    """The same question about a member."""

    member: int
    """Its position among the members."""
    about: Ask | Search


Question = Ask | Search | OfMember

NOBODY = Person("")
"""Whoever brought it is not known, and asking again would not help."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a search came to."""

    count: int = 0
    """Found so far, at different places; for a detector, different values."""
    offset: int | None = None
    """First byte of what was found first."""
    excerpt: str = ""
    """Of what a detector found first, masked. Never set for a regular expression."""
    done: bool = True
    """Searched to the end. Otherwise there may be more: it was enough, or `gap` says what stood in the way."""
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """YARA rules that match, in their order."""

    matches: tuple[YaraMatch, ...] = ()
    rules: str = ""
    """Digest of all YARA rules that were tried: others might have matched."""


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """Asked, and nobody can say."""

    gap: Gap


Answer = Person | int | bool | float | Matched | Insides | Tally | Unanswerable

_COSTS = {
    Ask.PERSON: Cost.PERSON,
    Ask.VERSIONS: Cost.CALL,
    Ask.PUBLIC_LINK: Cost.LINK,
    Ask.ENTROPY: Cost.ENTROPY,
    Ask.YARA: Cost.YARA,
    Ask.INSIDES: Cost.UNPACK,
}


def cost_of(question: Question) -> Cost:
    about = question.about if isinstance(question, OfMember) else question
    if isinstance(about, Search):
        return Cost.UNPACK if about.taken_out else Cost.SEARCH
    return _COSTS[about]


def gap_of(answer: Answer | None) -> Gap | None:
    """Why an answer is none, or not the whole one."""
    return answer.gap if isinstance(answer, Unanswerable | Tally | Insides) else None
