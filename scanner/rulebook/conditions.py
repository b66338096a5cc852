"""The conditions on what a file is. Each declares its schema, says what it costs, and answers from what is known.

Three-valued: None is "not known yet". The first sentence of each docstring stands in docs/rules.md, as does `written`.
A new condition is a class and a field in `match.Match`, or in `match.MemberMatch`, or in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar, Self, TypeVar

from pydantic import ConfigDict, RootModel, StrictBool, model_validator

from scanner.model import Gap
from scanner.rulebook.globs import GlobSet, folded
from scanner.rulebook.insides import MemberFacts
from scanner.rulebook.kinds import Family, contradicts, family_of
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Ask, Cost, Question, Search, gap_of
from scanner.rulebook.values import (
    Bounds,
    Digests,
    Extensions,
    Globs,
    NameGlobs,
    OneOrMore,
    PathGlobs,
    WrittenCount,
    WrittenNumbers,
    WrittenRange,
    number_bounds,
    size_bounds,
)

_T = TypeVar("_T")


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of them is yes; None where one that is not known could be."""
    known = True
    for answer in answers:
        if answer:
            return True
        known = known and answer is not None
    return False if known else None


class Condition(RootModel[_T]):
    """What all have in common."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    cost: ClassVar[Cost] = Cost.LOOKUP
    written: ClassVar[str]
    """How its value is written, for the reference."""
    asks: ClassVar[tuple[Ask, ...]] = ()
    """What it needs to know beyond the facts."""

    def holds(self, known: Known) -> bool | None:
        """None where that is not known."""
        raise NotImplementedError

    def reduced(self, known: Known) -> bool | Self:
        """Itself, where that is not known."""
        answer = self.holds(known)
        return self if answer is None else answer

    def open_questions(self, known: Known) -> Iterator[Ask | Search]:
        """What to ask next about its subject, where it is not decided."""
        return (question for question in self.asks if known.unasked(question))

    def pending(self, known: Known) -> Iterator[Question]:
        """The same, as it is asked from outside."""
        return map(known.full, self.open_questions(known))

    def gaps(self, known: Known) -> Iterator[Gap]:
        """What stood in the way of answers that it needs."""
        gaps = (gap_of(known.answer(question)) for question in self.asks)
        return (gap for gap in gaps if gap is not None)


class Globbing(Condition[Globs]):
    """Any of some globs."""

    cost = Cost.GLOB
    written = "globs"

    @model_validator(mode="after")
    def _fit_together(self) -> Globbing:
        _ = self.globs
        return self

    @cached_property
    def globs(self) -> GlobSet:
        return GlobSet(self.root)


class Numbers(Condition[WrittenNumbers]):
    """A range of numbers."""

    written = '`"> 5"`, `"<= 5"`, `2..5`, `3`'

    @cached_property
    def bounds(self) -> Bounds:
        return number_bounds(self.root)


class Counting(Numbers):
    """A range of whole numbers."""

    root: WrittenCount


class Path(Globbing):
    """The whole path, name included, matches."""

    root: PathGlobs

    def holds(self, known: Known) -> bool:
        return self.globs.matches(known.facts.path)


class Folder(Globbing):
    """A folder the file is in, or any folder above it, matches."""

    root: PathGlobs

    @cached_property
    def globs(self) -> GlobSet:
        return GlobSet([glob.rstrip("/") for glob in self.root], below=True)

    def holds(self, known: Known) -> bool:
        return self.globs.matches_often(known.facts.folder)


class Name(Globbing):
    """The name without its folder matches."""

    root: NameGlobs
    written = "globs without a slash"

    def holds(self, known: Known) -> bool:
        return self.globs.matches(known.subject.name)


class Extension(Condition[Extensions]):
    """The name ends with a dot and this. Dots and spaces at its end, which Windows drops, do not hide it."""

    written = "`exe`, `tar.gz`"

    @cached_property
    def endings(self) -> tuple[str, ...]:
        return tuple(f".{folded(extension)}" for extension in self.root)

    def holds(self, known: Known) -> bool:
        return known.subject.name.rstrip(". ").endswith(self.endings)


class Mime(Globbing):
    """The type that libmagic finds in the content matches."""

    written = "globs like `image/*`"

    def holds(self, known: Known) -> bool | None:
        mime = known.subject.mime
        return None if mime is None else self.globs.matches_often(mime)


class DeclaredMime(Globbing):
    """The type that the extension declares matches."""

    written = "globs like `image/*`"

    def holds(self, known: Known) -> bool:
        declared = known.subject.declared_mime
        return declared is not None and self.globs.matches_often(declared)


class OfFamily(Condition[OneOrMore[Family]]):
    """The type found in the content is of this family."""

    written = ", ".join(f"`{family}`" for family in Family)

    def holds(self, known: Known) -> bool | None:
        mime = known.subject.mime
        return None if mime is None else family_of(mime) in self.root


class Mismatch(Condition[StrictBool]):
    """The extension declares a family of content other than the one found (`true`), or does not (`false`)."""

    written = "`true`, `false`"

    def holds(self, known: Known) -> bool | None:
        mime = known.subject.mime
        return None if mime is None else contradicts(known.subject.declared_mime, mime) is self.root


class SizeRange(Condition[WrittenRange]):
    """The content's size lies in this range."""

    written = '`"> 10MiB"`, `"<= 4KiB"`, `1KiB..10MiB`, `0B`'

    @cached_property
    def bounds(self) -> tuple[int, int | None]:
        return size_bounds(self.root)

    def holds(self, known: Known) -> bool:
        lowest, highest = self.bounds
        return lowest <= known.subject.size and (highest is None or known.subject.size <= highest)


class Sha256(Condition[Digests]):
    """The content has this digest."""

    written = "64 hexadecimal digits, or `{file: known-bad.txt}`"

    @cached_property
    def digests(self) -> frozenset[str]:
        return frozenset(self.root)

    def holds(self, known: Known) -> bool | None:
        digest = known.subject.sha256
        return None if digest is None else digest in self.digests


class Entropy(Numbers):
    """The bits per byte, from 0 to 8, lie in this range: near 8 is packed or encrypted, text is below 6."""

    cost = Cost.ENTROPY
    asks = (Ask.ENTROPY,)
    written = '`"> 7.5"`, `0..1.5`'

    def holds(self, known: Known) -> bool | None:
        entropy = known.told(Ask.ENTROPY, float)
        return None if entropy is None else entropy in self.bounds


class Signature(Globbing):
    """ClamAV found a signature whose name matches."""

    written = "globs like `Win.Trojan.*`"

    def holds(self, known: Known) -> bool:
        return any(self.globs.matches(signature) for signature in known.facts.signatures)


class Place(Globbing):
    """Its name after the names of all it lies in, joined by `!`, matches."""

    written = "globs like `*.zip!*.exe`"

    def holds(self, known: Known) -> bool:
        return self.globs.matches(folded(_member(known).place))


class MemberDepth(Counting):
    """It lies so deep: 1 is directly inside the file."""

    def holds(self, known: Known) -> bool:
        return _member(known).depth in self.bounds


def _member(known: Known) -> MemberFacts:
    assert known.member is not None, "a condition of members"
    return known.member
