"""What the sandbox took out of a content, as contents that engines can look at; open for as long as its files are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

from scanner.model import ContentFacts
from scanner.rulebook.anatomy import Anatomy, Member, Span
from scanner.sandbox.handing_over import in_memory, read_only

HEAD = 64 * 1024
PIECE = 256 * 1024
IN_MEMORY = 1024**2
"""Bytes up to which a member is handed to another process in memory."""
LONGEST_READ = 16 * 1024**2


class MemberContent:
    """A stretch of an unpacked file; what engines are shown."""

    def __init__(self, descriptor: int, span: Span, mime: str, sha256: str, folder: Path) -> None:
        self._descriptor = descriptor
        self._span = span
        self._mime = mime
        self._sha256 = sha256
        self._folder = folder

    @cached_property
    def facts(self) -> ContentFacts:
        """Without the longer hash: nothing that the platform tells could be compared with it."""
        return ContentFacts(self._span.length, self._sha256 or self._digest(), "", self._mime)

    def _digest(self) -> str:
        sha256 = hashlib.sha256()
        for chunk in self.chunks():
            sha256.update(chunk)
        return sha256.hexdigest()

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return self.read_at(0, HEAD)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` on, in pieces. Each call is a pass of its own."""
        for offset in range(start, self._span.length, PIECE):
            yield self.read_at(offset, PIECE)

    def read_at(self, offset: int, length: int) -> bytes:
        """`length` bytes (at most 16 MiB) from `offset`; fewer at the end. Raises ValueError outside these bounds."""
        if offset < 0 or not 0 <= length <= LONGEST_READ:
            raise ValueError(f"cannot read {length} bytes from {offset}")
        wanted = min(length, self._span.length - offset)
        return os.pread(self._descriptor, wanted, self._span.offset + offset) if wanted > 0 else b""

    def descriptor(self) -> AbstractContextManager[int]:
        """A copy: whoever gets it must not see what lies around this member."""
        if self._span.length <= IN_MEMORY:
            return in_memory(self.read_at(0, IN_MEMORY))
        return self._copy()

    @contextmanager
    def _copy(self) -> Iterator[int]:
        with tempfile.TemporaryFile(buffering=0, dir=self._folder) as file:
            offset, end = self._span.offset, self._span.offset + self._span.length
            while offset < end:
                offset += os.sendfile(file.fileno(), self._descriptor, offset, end - offset)
            with read_only(file.fileno()) as descriptor:
                yield descriptor


class Unpacked:
    """A content taken apart."""

    def __init__(self, anatomy: Anatomy, members: int, texts: int, folder: Path) -> None:
        self.anatomy = anatomy
        self._members = members
        self._texts = texts
        self._folder = folder

    def member_content(self, member: Member) -> MemberContent:
        """Raises ValueError for a member that could not be taken out."""
        if member.content is None:
            raise ValueError(f"not taken out: {member.place}")
        return MemberContent(self._members, member.content, member.mime, member.sha256, self._folder)

    def text_content(self, span: Span) -> MemberContent:
        """Text taken out of the content or of a member, as UTF-8."""
        return MemberContent(self._texts, span, "text/plain", "", self._folder)
