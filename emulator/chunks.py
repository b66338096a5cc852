"""A chunked upload under way, and the composite checksum it ends with.

That checksum is no hash of the content: `2-{chunks}-{chunk size}-{sha512 of the chunks' hex digests}` (live, GO2).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from emulator.blobs import BlobWriter
from emulator.clock import DAY_MS

LIFETIME_MS = DAY_MS


@dataclass(slots=True)
class ChunkedUpload:
    """Chunks arrive in order, all of `chunk_size` bytes but the last."""

    id: str
    path: str
    user_id: int
    writer: BlobWriter
    started: int
    chunk_size: int = 0
    digests: list[str] = field(default_factory=list)

    def expired(self, now: int) -> bool:
        return now >= self.started + LIFETIME_MS

    def checksum(self) -> str:
        joined = hashlib.sha512("".join(self.digests).encode()).hexdigest()
        return f"2-{len(self.digests)}-{self.chunk_size}-{joined}"
