"""The port behind which engines stand: content in, inspection out.

An engine knows nothing of the platform. It is called in a worker thread, several at once, and never raises for what is
true of the content or of itself: that becomes the inspection's gap. Only a finished, understood look at everything may
come back without a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from scanner.model import ContentFacts, FileVersion, Finding, Gap, Inspection, Person


class Content(Protocol):
    """One version's bytes, already read and hashed; may be gone through any number of times."""

    @property
    def facts(self) -> ContentFacts: ...

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        ...

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` on, in pieces of at most 256 KiB. Each call is a pass of its own."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """`length` bytes (at most 16 MiB) from `offset`; fewer at the end."""
        ...

    def descriptor(self) -> AbstractContextManager[int]:
        """All bytes as a descriptor for reading only, to be handed to another process; closed at the end."""
        ...


class Inquiry(Protocol):
    """What only the platform can tell of a version. Each answer costs an API call, is asked for once, and may raise
    RetryLater; without the right to know, it is None. Called in worker threads."""

    def person(self) -> Person | None:
        """Whoever brought the version."""
        ...

    def public_link(self) -> bool | None:
        """Whether there is a link to the file itself that opens it without a login. Links to folders above it are not
        asked for: each would cost a call."""
        ...

    def versions(self) -> int | None:
        """How many versions the file has: 1 is a first upload."""
        ...


class NobodyToAsk:
    """The inquiry for contents that no platform knows, such as local files: nobody brought them, no link leads to them,
    and nothing was there before."""

    def person(self) -> Person | None:
        return None

    def public_link(self) -> bool | None:
        return False

    def versions(self) -> int | None:
        return 1


class Engine(Protocol):
    """Turns content into findings."""

    name: str

    def version(self) -> str:
        """Engine and signature (or rulebook) version that the next inspection will name."""
        ...

    def ready(self) -> Gap | None:
        """Why this engine could not look at anything now; None when it could. Asked before a download is paid for."""
        ...

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        """Look at all of it. `earlier` are the findings of engines that looked before. Thread-safe."""
        ...
