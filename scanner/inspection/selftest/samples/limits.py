"""Just inside and just beyond what clamd looks at: its settings cannot be asked for, so stock ones are assumed.

Where they are set lower, the sample inside the limit is refused, which is honest; set higher, the one beyond is seen.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scanner.inspection.selftest.samples.archives import NAME, tar
from scanner.model import ContentFacts
from scanner.rulebook.samples.archives import zip_of

DEPTH_WITHIN = 15
DEPTH_BEYOND = 110
"""Archives in each other; MaxRecursion is 17 and at most 100 (clamd.conf(5))."""
MEMBERS_WITHIN = 9_990
MEMBERS_BEYOND = 10_050
"""MaxFiles is 10,000."""
PIECE = 256 * 1024
HEAD = 64 * 1024


def last_of(content: bytes, members: int) -> bytes:
    """A zip whose last member is the content; the others are all the same, which clamd looks at once."""
    others = {f"{number}.txt": b"innocent" for number in range(members - 1)}
    return zip_of({**others, NAME: content})


@dataclass(frozen=True, slots=True)
class SparseContent:
    """A file with a hole in it: so many bytes that take no room on the disk."""

    facts: ContentFacts
    head: bytes
    file: int

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for offset in range(start, self.facts.size, PIECE):
            yield self.read_at(offset, PIECE)

    def read_at(self, offset: int, length: int) -> bytes:
        return os.pread(self.file, length, offset)

    @contextmanager
    def descriptor(self) -> Iterator[int]:
        own = os.open(f"/proc/self/fd/{self.file}", os.O_RDONLY)
        try:
            yield own
        finally:
            os.close(own)


@contextmanager
def tar_of_size(content: bytes, size: int, folder: Path) -> Iterator[SparseContent]:
    """A tar with the content, and zeros behind it up to `size` bytes. Raises OSError where the disk refuses."""
    archive = tar(content)
    with tempfile.TemporaryFile(buffering=0, dir=folder) as file:
        file.write(archive)
        file.truncate(max(size, len(archive)))
        one = file.fileno()
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        for offset in range(0, size, PIECE):
            piece = os.pread(one, PIECE, offset)
            sha256.update(piece)
            sha512.update(piece)
        facts = ContentFacts(size, sha256.hexdigest(), sha512.hexdigest(), "application/x-tar")
        yield SparseContent(facts, os.pread(one, HEAD, 0), one)
