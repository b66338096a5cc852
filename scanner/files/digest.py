"""Digests of a content on its way through, and whether they are those the platform declared.

A declared checksum comes in two forms (fact sheet 5.6): plain SHA-512, or, for chunked uploads, `2-n-size-hex`, which
is no hash of the content but of its chunks' hex digests.
"""

from __future__ import annotations

import hashlib
import re

from scanner.model import Gap, Unchecked

PLAIN = re.compile(r"[0-9a-f]{128}")
COMPOSITE = re.compile(r"2-([0-9]{1,9})-([0-9]{1,12})-([0-9a-f]{128})")
SMALLEST_CHUNK = 64 * 1024
"""The API's own minimum is 10 MiB; a composite of tiny chunks would cost more to follow than to fetch."""


def is_checksum(text: str) -> bool:
    """Whether it is, letter by letter, of a form that we can follow."""
    composite = COMPOSITE.fullmatch(text)
    return PLAIN.fullmatch(text) is not None or (composite is not None and int(composite[2]) >= SMALLEST_CHUNK)


class Digests:
    """SHA-256 and SHA-512 of everything shown to `update`, and the digest of chunks where a composite was declared."""

    def __init__(self, declared: str) -> None:
        self.size = 0
        self._sent = declared
        self._declared = declared.strip().lower()
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()
        composite = COMPOSITE.fullmatch(self._declared)
        follows = composite is not None and int(composite[2]) >= SMALLEST_CHUNK
        self._chunks = _ChunkDigests(int(composite[2])) if composite is not None and follows else None

    def update(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._sha256.update(chunk)
        self._sha512.update(chunk)
        if self._chunks is not None:
            self._chunks.update(chunk)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def sha512(self) -> str:
        return self._sha512.hexdigest()

    def mismatch(self) -> Gap | None:
        """The gap where what was declared is not what came. A checksum of neither known form says nothing."""
        if self._chunks is not None:
            ours = self._chunks.composite()
        elif PLAIN.fullmatch(self._declared):
            ours = self.sha512
        else:
            return None
        if ours == self._declared:
            return None
        return Gap(Unchecked.CHECKSUM_MISMATCH, f"declared {self._declared[:32]}…, received {ours[:32]}…")

    def proven(self) -> str:
        """What was declared, letter by letter, where it is certain that it stands for just these bytes; empty where it
        does not, or is of a form that we cannot follow."""
        return self._sent if is_checksum(self._sent) and self.mismatch() is None else ""


class _ChunkDigests:
    def __init__(self, chunk_size: int) -> None:
        self._chunk_size = chunk_size
        self._all = hashlib.sha512()
        self._chunk = hashlib.sha512()
        self._filled = 0
        self._count = 0

    def update(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            part = rest[: self._chunk_size - self._filled]
            self._chunk.update(part)
            self._filled += len(part)
            rest = rest[len(part) :]
            if self._filled == self._chunk_size:
                self._close_chunk()

    def composite(self) -> str:
        if self._filled or not self._count:
            self._close_chunk()
        return f"2-{self._count}-{self._chunk_size}-{self._all.hexdigest()}"

    def _close_chunk(self) -> None:
        self._all.update(self._chunk.hexdigest().encode())
        self._chunk = hashlib.sha512()
        self._filled = 0
        self._count += 1
