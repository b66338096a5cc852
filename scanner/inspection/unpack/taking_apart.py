"""Takes a content apart: opens it, then what was handed on, and so on, within bounds. Runs inside the sandbox.

Breadth first, one opener at a time: a nest of archives meets the bound on members before the one on memory. What was
found before a bound was met is told all the same.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import re
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from scanner.inspection.unpack.opening import Enough, Opener, Source, TooMuch
from scanner.inspection.unpack.output import Output, OutputFull
from scanner.inspection.unpack.stretch import opened
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member, Span, Trait

HEAD = 64 * 1024
"""Bytes libmagic needs to tell office formats apart."""
FREE = 64 * 1024**2
"""Bytes that may be unpacked from however little: the ratio counts beyond them. Honest lists of zeros exist."""
LONGEST_PLACE = 1000
LONGEST_NAME = 255
MOST_NAMES = 4 * 1024**2
"""Characters of all places together: they go into the service's memory."""
PARSERS_RAISE = (
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    EOFError,
    RecursionError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""What an opener may let pass of a damaged content, whatever it promised."""

Identify = Callable[[bytes], str | Gap]
OpenersFor = Callable[[Source], Sequence[Opener]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far taking apart goes. Each one that is met is a gap of its own name."""

    depth: int
    members: int
    """Of all depths together."""
    total: int
    """Bytes of all members and texts together."""
    ratio: int
    """Bytes unpacked from one packed byte."""
    seconds: float


class TooDeep(Enough):
    """Nothing more of this content; others may go on."""


@dataclass(slots=True)
class Node:
    """A member in the making; the content itself has depth 0."""

    place: str
    name: str
    depth: int
    size: int = 0
    mime: str = ""
    sha256: str = ""
    traits: set[Trait] = field(default_factory=set)
    content: Span | None = None
    text: Span | None = None
    inside: list[Node] = field(default_factory=list)
    unpacked: int = 0
    """Bytes of what is directly inside."""
    hollow: bool = False


class TakingApart:
    """For one content."""

    def __init__(
        self,
        bounds: Bounds,
        passwords: tuple[str, ...],
        members: Output,
        texts: Output,
        *,
        identify: Identify,
        openers_for: OpenersFor,
    ) -> None:
        self.bounds = bounds
        self.passwords = passwords
        self.members = members
        self.texts = texts
        self._identify = identify
        self._openers_for = openers_for
        self._until = time.monotonic() + bounds.seconds
        self._gap: Gap | None = None
        self._text_gap: Gap | None = None
        self._count = 0
        self._names = 0
        self._total = 0
        self._waiting: deque[tuple[Node, Sequence[Opener], Source | None]] = deque()

    def run(self, descriptor: int, size: int, name: str, mime: str) -> Anatomy:
        """Of the first `size` bytes of the descriptor."""
        self._root = Node("", name, 0, size, mime)
        self._descriptor = descriptor
        try:
            self._queue(self._root)
            while self._waiting:
                self._open(*self._waiting.popleft())
        except OutputFull as error:
            self.incomplete(Unchecked.SPOOL_UNAVAILABLE, str(error))
        except Enough:
            pass
        members = tuple(_member(node) for node in _in_order(self._root))
        return Anatomy(members, frozenset(self._root.traits), self._root.text, self._gap, self._text_gap)

    def incomplete(self, reason: Unscannable | Unchecked, detail: str) -> None:
        """The first reason stays, but that nobody opens a format: whoever does may let it pass, and nothing else."""
        if self._gap is None or (self._gap.reason is Unscannable.FORMAT is not reason):
            self._gap = Gap(reason, plain(detail)[:LONGEST_NAME])

    def incomplete_text(self, reason: Unscannable, detail: str) -> None:
        if self._text_gap is None:
            self._text_gap = Gap(reason, plain(detail)[:LONGEST_NAME])

    def enough(self, reason: Unscannable, detail: str) -> None:
        self.incomplete(reason, detail)
        raise Enough

    def check_time(self) -> None:
        if time.monotonic() > self._until:
            self.enough(Unscannable.SCAN_TIME, f"not taken apart in {self.bounds.seconds:g} s")

    def new_node(self, name: str, parent: Node) -> Node:
        """For something inside `parent`. Raises Enough where that is more, or deeper, than allowed."""
        self.check_time()
        name = plain(name)
        place = f"{parent.place}!{name}" if parent.depth else name
        place = place if len(place) <= LONGEST_PLACE else "…" + place[1 - LONGEST_PLACE :]
        if parent.depth >= self.bounds.depth:
            self.incomplete(Unscannable.ARCHIVE_DEPTH, f"deeper than {self.bounds.depth}: {place}")
            raise TooDeep
        self._count += 1
        self._names += len(place)
        if self._count > self.bounds.members:
            self.enough(Unscannable.ARCHIVE_MEMBERS, f"more than {self.bounds.members} members")
        if self._names > MOST_NAMES:
            self.enough(Unscannable.ARCHIVE_MEMBERS, f"{MOST_NAMES} characters of names in {self._count} members")
        last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
        node = Node(place, last[-LONGEST_NAME:], parent.depth + 1)
        parent.inside.append(node)
        return node

    def take(self, length: int, parent: Node | None = None) -> None:
        """Bytes are about to be written: of something inside `parent`, or of a text. Raises Enough."""
        self.check_time()
        self._total += length
        if self._total > self.bounds.total:
            self.enough(Unscannable.ARCHIVE_SIZE, f"more than {self.bounds.total} bytes unpacked")
        if parent is None:
            return
        parent.unpacked += length
        for unpacked, packed in ((parent.unpacked, parent.size), (self._total, self._root.size)):
            if unpacked > FREE and unpacked > self.bounds.ratio * max(packed, 1):
                self.enough(Unscannable.ARCHIVE_RATIO, f"{unpacked} bytes unpacked from {packed}")

    def finish(self, node: Node, head: bytes, digest: str) -> None:
        """All bytes of a member are written."""
        node.size = self.members.written
        node.content = self.members.cut()
        node.sha256 = digest
        mime = self._identify(head)
        if isinstance(mime, Gap):
            self.incomplete(mime.reason, mime.detail)
        else:
            node.mime = mime
            self._queue(node, head)

    def _queue(self, node: Node, head: bytes | None = None) -> None:
        source = self._source(node, head)
        openers = self._openers_for(source)
        if openers:
            # Of members there may be thousands, each with 64 KiB and a file.
            self._waiting.append((node, openers, source if node is self._root else None))
        node.hollow = not openers

    def _source(self, node: Node, head: bytes | None = None) -> Source:
        if head is not None and len(head) == node.size:
            file: BinaryIO = io.BytesIO(head)
        elif node.content is None:
            file = opened(self._descriptor, 0, node.size)
        else:
            file = opened(self.members.descriptor, node.content.offset, node.size)
        if head is None:
            head = file.read(HEAD)
        return Source(node.name, node.mime, head, node.size, file)

    def _open(self, node: Node, openers: Sequence[Opener], source: Source | None) -> None:
        source, told = source or self._source(node), _Told(self, node)
        try:
            for opener in openers:
                source.file.seek(0)
                self._let(opener, source, told)
        finally:
            text = self.texts.cut()
            node.text = text if text.length else None

    def _let(self, opener: Opener, source: Source, told: _Told) -> None:
        try:
            opener(source, told)
        except TooDeep:
            return
        except TooMuch as error:
            told.incomplete(Unscannable.LIMITS, str(error))
        except PARSERS_RAISE as error:
            told.incomplete(Unscannable.CORRUPT, f"{type(error).__name__}: {error}")
        except MemoryError:
            self.enough(Unscannable.MEMORY, f"not enough memory: {told.node.place}")


class _Told:
    """What openers of one node tell; see opening.Told."""

    def __init__(self, whole: TakingApart, node: Node) -> None:
        self._whole = whole
        self.node = node

    @property
    def passwords(self) -> tuple[str, ...]:
        return self._whole.passwords

    def member(self, name: str, content: Iterable[bytes]) -> None:
        output = self._whole.members
        child = self._whole.new_node(name, self.node)
        digest, head = hashlib.sha256(), bytearray()
        try:
            for piece in content:
                self._whole.take(len(piece), self.node)
                if len(head) < HEAD:
                    head += piece[: HEAD - len(head)]
                digest.update(piece)
                output.write(piece)
        except (Enough, MemoryError):
            child.size = output.written
            output.forget()
            raise
        except PARSERS_RAISE:
            # What came before the damage is looked at: some programs would unpack it.
            if output.written:
                self._whole.finish(child, bytes(head), digest.hexdigest())
            raise
        self._whole.finish(child, bytes(head), digest.hexdigest())

    def locked(self, name: str, size: int) -> None:
        child = self._whole.new_node(name, self.node)
        child.size = size
        child.traits.add(Trait.ENCRYPTED)
        self.node.traits.add(Trait.ENCRYPTED)
        self._whole.incomplete(Unscannable.ENCRYPTED, f"needs a password: {child.place}")

    def trait(self, trait: Trait) -> None:
        self.node.traits.add(trait)

    def text(self, piece: str) -> None:
        data = piece.encode("utf-8", "replace")
        self._whole.take(len(data))
        self._whole.texts.write(data)

    def incomplete(self, reason: Unscannable | Unchecked, detail: str) -> None:
        self._whole.incomplete(reason, self._placed(detail))

    def incomplete_text(self, reason: Unscannable, detail: str) -> None:
        self._whole.incomplete_text(reason, self._placed(detail))
        self.text("\n")  # a text of which nothing came out is still no content without one

    def _placed(self, detail: str) -> str:
        place = self.node.place
        return f"{place[-100:]}: {detail}" if place else detail


def plain(text: str) -> str:
    """Without what cannot be written: halves of characters, and the zeros that end a text elsewhere."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _in_order(root: Node) -> Iterator[Node]:
    """Each member before what lies inside it, and that before the next one beside it."""
    stack = root.inside[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.inside))


def _member(node: Node) -> Member:
    return Member(
        node.place,
        node.name,
        node.depth,
        node.size,
        node.mime,
        node.sha256,
        frozenset(node.traits),
        node.content,
        node.text,
        node.hollow,
    )
