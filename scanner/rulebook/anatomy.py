"""What a content holds: its members at any depth, and what is peculiar about them. Values only; pure.

Made by `inspection.unpack` in its sandbox, asked about by rules. All names in it come from strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.model import Gap


class Trait(StrEnum):
    """Something peculiar about a content, of itself and not of what lies inside it. A closed list: words of the rule
    language."""

    ENCRYPTED = "encrypted"
    """A part of it needs a password that none of the known ones is."""
    MACRO = "macro"
    """Code in an office document."""
    AUTO_EXEC_MACRO = "auto-exec-macro"
    """Code that runs when the document is opened or closed."""
    EXTERNAL_TEMPLATE = "external-template"
    """A template or frame that the document loads from elsewhere when it is opened."""
    OLE_PACKAGE = "ole-package"
    """A file put into a document as an object to be clicked."""
    PDF_JAVASCRIPT = "pdf-javascript"
    PDF_LAUNCH = "pdf-launch"
    """An action that starts a program."""
    PDF_EMBEDDED_FILE = "pdf-embedded-file"
    SHORTCUT = "shortcut"
    """A Windows shortcut (.lnk)."""
    HTML_SMUGGLING = "html-smuggling"
    """A page that makes a file of data inside it and hands that to the reader."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of what was unpacked."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Member:
    """Something inside a content, at any depth."""

    place: str
    """Its name, after the names of all it lies in: `backup.zip!word/vbaProject.bin`. At most 1,000 characters."""
    name: str
    """The last part of its own name, as a file name."""
    depth: int
    """1 is directly inside the content."""
    size: int
    """Bytes, unpacked; what its directory says where it could not be unpacked."""
    mime: str = ""
    """As libmagic sees its first 64 KiB; empty where it could not be unpacked."""
    sha256: str = ""
    """Empty where it could not be unpacked."""
    traits: frozenset[Trait] = frozenset()
    content: Span | None = None
    """Its bytes; None where it could not be unpacked."""
    text: Span | None = None
    """Text taken out of it, as UTF-8, where its bytes are not text themselves."""
    hollow: bool = False
    """No opener saw anything to open in it: nothing lies in it."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A content taken apart. Complete only without a gap: then nothing lies in it that is not among the members."""

    members: tuple[Member, ...] = ()
    traits: frozenset[Trait] = frozenset()
    """Of the content itself."""
    text: Span | None = None
    """Text taken out of the content itself, as UTF-8; None where its bytes are text already, or hold none."""
    gap: Gap | None = None
    """The first reason for which it is not complete."""
    text_gap: Gap | None = None
    """The first reason for which some text, of the content or of a member, is not all there. Members may be."""

    @property
    def depth(self) -> int:
        """Of the deepest member; 0 for what is no container."""
        return max((member.depth for member in self.members), default=0)

    @property
    def unpacked(self) -> int:
        """Bytes of all members directly inside: what opening it once would write."""
        return sum(member.size for member in self.members if member.depth == 1)

    @property
    def all_traits(self) -> frozenset[Trait]:
        """Of the content and of everything in it."""
        return self.traits.union(*(member.traits for member in self.members))
