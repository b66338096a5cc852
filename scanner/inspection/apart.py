"""A content taken apart, at most once for all who look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

from scanner.inspection.engine import Content
from scanner.rulebook.anatomy import Anatomy, Member, Span


class Readable(Protocol):
    """Bytes to be read by place."""

    def read_at(self, offset: int, length: int) -> bytes:
        """`length` bytes (at most 16 MiB) from `offset`; fewer at the end."""
        ...


class TakenApart(Protocol):
    """A content with its members, as long as it is open."""

    @property
    def anatomy(self) -> Anatomy:
        """What is inside; members in any order."""
        ...

    def member_content(self, member: Member) -> Content:
        """Of a member that has one (`member.content` is not None)."""
        ...

    def text_content(self, span: Span) -> Readable:
        """Text taken out of the content or of a member, as UTF-8."""
        ...


class TakesApart(Protocol):
    def unpack(self, content: Content, name: str = "") -> AbstractContextManager[TakenApart]:
        """`name`: its file name. Never raises for what is true of the content: the anatomy's gap says it."""
        ...


class Once:
    """Takes a content apart when the first asks for it, and shows the others the same. Thread-safe, for contents that
    are each looked at in one thread."""

    def __init__(self, unpacker: TakesApart) -> None:
        self._unpacker = unpacker
        self._shared: dict[int, _Shared] = {}

    @contextmanager
    def shared(self, content: Content) -> Iterator[None]:
        """Until its end, this very content is taken apart once."""
        with ExitStack() as stack:
            self._shared[id(content)] = _Shared(self._unpacker, content, stack)
            try:
                yield
            finally:
                del self._shared[id(content)]

    @contextmanager
    def unpack(self, content: Content, name: str = "") -> Iterator[TakenApart]:
        shared = self._shared.get(id(content))
        if shared is not None:
            yield shared.apart(name)
            return
        with self._unpacker.unpack(content, name) as apart:
            yield apart


class _Shared:
    def __init__(self, unpacker: TakesApart, content: Content, stack: ExitStack) -> None:
        self._unpacker = unpacker
        self._content = content
        self._stack = stack
        self._apart: TakenApart | None = None

    def apart(self, name: str) -> TakenApart:
        if self._apart is None:
            self._apart = self._stack.enter_context(self._unpacker.unpack(self._content, name))
        return self._apart
