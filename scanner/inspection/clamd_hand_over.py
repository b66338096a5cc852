"""Whether a clamd takes large contents as descriptors, which it reads in place: a stream it copies before it looks.

One on a Unix socket may still not: on the way into another container, past AppArmor or through a proxy a descriptor can
get lost. And an OK for one means less: clamd says it as well of what it cannot read and, unless AlertExceedsMax is on,
of what exceeds its MaxFileSize, where a stream would have met StreamMaxLength. So each clamd shows first that it finds
the known-bad sample in a file of the spool's folder, and that it tells when it meets a limit.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scanner.inspection.clamd_probes import limits_probe
from scanner.inspection.clamd_session import Answer, Found
from scanner.model import Gap, Unchecked
from scanner.rulebook.samples.known_bad import known_bad
from scanner.sandbox.handing_over import read_only

FROM = 1024**2 + 1
"""Bytes from which on a descriptor is cheaper (docs/performance.md). Below, the spool has no file to hand over."""
BELIEVED_FOR = 600.0
"""Seconds after which a clamd is asked again, or when its signatures change: its settings may have changed."""
TRIAL_TIMEOUT = 5.0
"""Seconds for each probe. One that gets no descriptor says so at once; one that is busy gets streams for a while."""

OnRefusal = Callable[[str, str], None]
"""Told the address of a clamd that gets streams, and why."""
Scan = Callable[[int, float], Answer]
"""clamd's word on a descriptor, within so many seconds."""


def nobody(_: str, __: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class HandOver:
    """Where the contents to be handed over lie, and who is told where that cannot be."""

    folder: Path
    """The spool's."""
    on_refusal: OnRefusal = nobody
    smallest: int = FROM
    """Bytes of the smallest content handed over."""


class Agreement:
    """With one clamd. Thread-safe; whoever asks during a trial waits for its end."""

    def __init__(self, hand_over: HandOver, address: str, scan: Scan) -> None:
        self._hand_over = hand_over
        self._address = address
        self._scan = scan
        self._lock = threading.Lock()
        self._expires = 0.0
        self._version = ""
        self._refusal: str | None = None

    def stands(self, size: int, version: str) -> bool:
        """Whether a content of `size` bytes is handed over to a clamd that says to be of this version."""
        if size < self._hand_over.smallest:
            return False
        with self._lock:
            if version != self._version or time.monotonic() >= self._expires:
                self._try(version)
            return self._refusal is None

    def forget(self) -> None:
        """A scan failed: the next one begins with a trial."""
        with self._lock:
            self._expires = 0.0

    def _try(self, version: str) -> None:
        before, self._refusal = self._refusal, self._shown()
        self._version, self._expires = version, time.monotonic() + BELIEVED_FOR
        if self._refusal is not None and before is None:
            self._hand_over.on_refusal(self._address, self._refusal)

    def _shown(self) -> str | None:
        """Why it gets no descriptors; None where both probes are answered as they should be."""
        try:
            found = self._answer(known_bad())
            if not isinstance(found, Found):
                return f"the known-bad sample, handed over, was {_said(found)}"
            limits = limits_probe()
            told = self._answer(limits.content)
        except OSError as error:
            return f"{self._hand_over.folder}: {error.strerror}"
        return (
            None
            if limits.shows_it_is_on(told)
            else f"{limits.setting} is off: the archive nested deep was {_said(told)}"
        )

    def _answer(self, data: bytes) -> Answer:
        with _in_file(data, self._hand_over.folder) as descriptor:
            return self._scan(descriptor, TRIAL_TIMEOUT)


def _said(answer: Answer) -> str:
    if isinstance(answer, Gap):
        return f"not answered: {answer.detail}" if isinstance(answer.reason, Unchecked) else answer.detail
    return "OK" if answer is None else answer.name


@contextmanager
def _in_file(data: bytes, folder: Path) -> Iterator[int]:
    """As the spool holds a large content."""
    with tempfile.TemporaryFile(buffering=0, dir=folder) as file:
        file.write(data)
        with read_only(file.fileno()) as descriptor:
            yield descriptor
