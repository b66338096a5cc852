"""What all ways of writing a content have in common: how large one can become, before anything is made; and the checks
on what people write in them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, ClassVar, Protocol, TypeVar

from pydantic import AfterValidator, ConfigDict, RootModel, model_validator

from scanner.rulebook.samples.disk_image import LONGEST_NAME

KIB = 1024
LARGEST = 32 * 1024**2
"""Bytes of one example's content, and of anything inside it; counted as what it could become at most."""
LARGEST_BY_HAND = 1024**2
"""Bytes that go into what is made byte by byte."""
MOST_PARTS = 100
"""Parts of a content, or members of an archive."""
LONGEST_LINE = 500
LONGEST_NAME_OF_A_MEMBER = 250

_T = TypeVar("_T")


class Sized(Protocol):
    """A content in another."""

    @property
    def most(self) -> int:
        """Bytes that it has at most."""
        ...


class Kind(RootModel[_T]):
    """One way of writing a content."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    growth: ClassVar[int] = 1
    """By how much what goes in may grow: text that must be written in digits, for instance."""
    frame: ClassVar[int] = 0
    """Bytes around it at most."""
    per_member: ClassVar[int] = KIB
    largest: ClassVar[int] = LARGEST

    def build(self) -> bytes:
        """The same at every call."""
        raise NotImplementedError

    def inside(self) -> Iterable[tuple[str, Sized]]:
        """The contents in it, with their names."""
        return ()

    def texts(self) -> Iterable[str]:
        """All else that goes in."""
        return ()

    @model_validator(mode="after")
    def _in_bounds(self) -> Kind[_T]:
        if self._goes_in > self.largest:
            raise ValueError(f"holds more than {self.largest // 1024**2}MiB")
        return self

    @cached_property
    def _goes_in(self) -> int:
        texts = sum(len(text.encode("utf-8", "surrogatepass")) for text in self.texts())
        return texts + sum(content.most for _, content in self.inside())

    @cached_property
    def most(self) -> int:
        """Bytes that it has at most. What cannot be packed any further grows by a thousandth."""
        names = sum(self.per_member + 12 * len(name) for name, _ in self.inside())
        return (self._goes_in + self._goes_in // 500) * self.growth + self.frame + names


def content_of_text(written: object) -> object:
    return {"text": written} if isinstance(written, str) else written


def decoded(written: str) -> str:
    try:
        base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("is no base64") from error
    return written


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("has half a character (a lone surrogate)") from error
    return text


def _line(text: str) -> str:
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", text) or len(text) > LONGEST_LINE:
        raise ValueError(f"must be one line of at most {LONGEST_LINE} characters")
    return text


Prose = Annotated[str, AfterValidator(_whole)]
Line = Annotated[str, AfterValidator(_whole), AfterValidator(_line)]


def named(members: dict[str, _T]) -> dict[str, _T]:
    """For members, after each of them."""
    if len(members) > MOST_PARTS:
        raise ValueError(f"has more than {MOST_PARTS} members")
    for name in members:
        if not 0 < len(name) <= LONGEST_NAME_OF_A_MEMBER or re.search("[\x00-\x1f\x7f\ud800-\udfff]", name):
            most = LONGEST_NAME_OF_A_MEMBER
            raise ValueError(f"has a member whose name has control characters, or not 1 to {most} characters")
    return members


def in_ascii(members: dict[str, _T]) -> dict[str, _T]:
    if not all(map(str.isascii, members)):
        raise ValueError("has a member whose name is not in ASCII")
    return members


def on_a_disk(members: dict[str, _T]) -> dict[str, _T]:
    if any(len(name.encode("utf-16-le")) > 2 * LONGEST_NAME or "/" in name for name in members):
        raise ValueError(f"has a member whose name has a slash or more than {LONGEST_NAME} characters")
    return members
