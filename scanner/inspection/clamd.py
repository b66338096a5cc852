"""One clamd: content as stream or descriptor through a bounded number of connections, control commands beside it.

`ready` and `version` rest on a probe at most two seconds old: neither a small file nor a burst of them pays for one.
An OK for a rar counts only where clamd has shown that it opens rars: Debian's, for one, does not, and never says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain

from scanner.errors import EngineUnavailable
from scanner.inspection.clamd_connection import connector
from scanner.inspection.clamd_control import ClamdStatus, ask_reload, loaded_version, queue_length, signature_time
from scanner.inspection.clamd_hand_over import Agreement, HandOver
from scanner.inspection.clamd_session import Answer, Found, Heard, scan, scan_descriptor
from scanner.inspection.engine import Content, Inquiry
from scanner.inspection.passed_over import other_beginning
from scanner.model import FileVersion, Finding, Gap, Inspection, Unchecked, Unscannable
from scanner.settings import ClamavSettings

CONNECT_TIMEOUT = 5.0
UP_FOR = 2.0
"""Seconds a successful probe is believed."""
DOWN_FOR = 1.0
UNKNOWN = "ClamAV (version not known)"
RAR = b"Rar!\x1a\x07"
ENCRYPTED_RAR = bytes.fromhex(
    "526172211a0700cf907300000d00000000000000895774048021000000000000000000020000000000000000143001002000000061"
)
"""Marker, main header, header of one empty member with a password: a clamd with unrar and AlertEncrypted calls it
Heuristics.Encrypted.RAR."""


@dataclass(frozen=True, slots=True)
class _Probe:
    expires: float
    version: str
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class _RarProbe:
    version: str
    opens: bool


class Clamd:
    """Thread-safe; at most `connections` scans at once, further ones wait here."""

    name = "clamd"

    def __init__(self, settings: ClamavSettings, address: str | None = None, hand_over: HandOver | None = None) -> None:
        """`address`: of which of the clamds; else of the first. Without `hand_over` all contents are streamed."""
        self.address = address or settings.endpoints[0]
        self._settings = settings
        self._connect = connector(self.address)
        self._slots = threading.BoundedSemaphore(settings.connections)
        self._probing = threading.Lock()
        self._probe = _Probe(0.0, UNKNOWN, None)
        self._rar = _RarProbe(UNKNOWN, opens=False)
        self._agreement: Agreement | None = None
        if hand_over is not None and settings.hand_over == "auto" and self.address.startswith("unix:"):
            self._agreement = Agreement(hand_over, self.address, lambda *asked: self._scan_descriptor(*asked).answer)

    def ready(self) -> Gap | None:
        return self._look().gap

    def version(self) -> str:
        return self._look().version

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        gap = self.too_large(content)
        if gap is not None:
            return Inspection(self.name, self._probe.version, gap=gap)
        with self._slots:
            heard = self._shown(content)
            if heard.answer is None:
                heard = self._shown_again(content, heard)
            answer = heard.answer
            if answer is None and content.head.startswith(RAR):
                answer = self._rar_gap(heard.version)
        version_told = heard.version or self._probe.version
        if isinstance(answer, Gap):
            return Inspection(self.name, version_told, gap=answer)
        findings = (Finding(self.name, answer.name, malware=True),) if isinstance(answer, Found) else ()
        return Inspection(self.name, version_told, findings)

    def too_large(self, content: Content) -> Gap | None:
        """Why a content is not sent; needs no clamd."""
        size, limit = content.facts.size, self._settings.max_stream
        if size <= limit:
            return None
        return Gap(Unscannable.TOO_LARGE, f"{size} bytes, where clamav.max_stream allows {limit}")

    def answer(self, content: bytes, timeout: float | None = None) -> Answer:
        """clamd's word on a few bytes of our own, outside any inspection, within `timeout` seconds (of a scan unless
        told)."""
        return self._scan([content], timeout).answer

    def reload(self) -> None:
        """Ask for the signatures on disk. That they are loaded shows only later. Raises EngineUnavailable."""
        ask_reload(self._connect)

    def _shown(self, content: Content) -> Heard:
        if self._agreement is None:
            return self._scan(content.chunks())
        handed = self._agreement.stands(content.facts.size, self.version())
        heard = self._handed_over(content) if handed else self._scan(content.chunks())
        if isinstance(heard.answer, Gap) and heard.answer.transient:
            self._agreement.forget()
        return heard

    def _shown_again(self, content: Content, before: Heard) -> Heard:
        """Where the first bytes kept clamd from looking, its word on the same content without them."""
        other = other_beginning(content.head)
        if other is None:
            return before
        again = self._scan(chain((other,), content.chunks(len(other))))
        return Heard(again.answer, _both(before.version, again.version))

    def _handed_over(self, content: Content) -> Heard:
        try:
            with content.descriptor() as descriptor:
                return self._scan_descriptor(descriptor, self._settings.scan_timeout)
        except OSError:
            # No descriptor is left, or no room for the copy of a member: a stream needs neither.
            return self._scan(content.chunks())

    def _scan(self, chunks: Iterable[bytes], timeout: float | None = None) -> Heard:
        longest = min(timeout or self._settings.scan_timeout, self._settings.scan_timeout)
        return scan(partial(self._connect, min(CONNECT_TIMEOUT, longest)), chunks, longest)

    def _scan_descriptor(self, descriptor: int, timeout: float) -> Heard:
        longest = min(timeout, self._settings.scan_timeout)
        return scan_descriptor(partial(self._connect, min(CONNECT_TIMEOUT, longest)), descriptor, longest)

    def _rar_gap(self, version: str) -> Gap | None:
        """Why an OK for a rar says nothing; found out once per version of clamd."""
        if self._rar.version != version or version == UNKNOWN:
            answer = self.answer(ENCRYPTED_RAR)
            if isinstance(answer, Gap) and answer.transient:
                return answer
            opens = isinstance(answer, Gap) and answer.reason is Unscannable.ENCRYPTED
            self._rar = _RarProbe(version, opens)
        if self._rar.opens:
            return None
        return Gap(Unscannable.FORMAT, "rar: this clamd opens none (no unrar module, or AlertEncrypted is off)")

    def status(self) -> ClamdStatus:
        """Asks clamd afresh; for gauges."""
        try:
            version = loaded_version(self._connect)
        except EngineUnavailable:
            return ClamdStatus(up=False)
        return ClamdStatus(True, version, self._queue(), signature_time(version))

    def _queue(self) -> int | None:
        # STATS waits for a thread of clamd's, unlike PING and VERSION: no answer means busy, not down (seen).
        try:
            return queue_length(self._connect)
        except EngineUnavailable:
            return None

    def _look(self) -> _Probe:
        with self._probing:
            if time.monotonic() >= self._probe.expires:
                self._probe = self._ask()
            return self._probe

    def _ask(self) -> _Probe:
        try:
            version = loaded_version(self._connect)
        except EngineUnavailable as error:
            return _Probe(time.monotonic() + DOWN_FOR, self._probe.version, Gap(Unchecked.ENGINE_DOWN, str(error)))
        return _Probe(time.monotonic() + UP_FOR, version, None)


def _both(before: str, after: str) -> str:
    """Two looks at one content, by clamds that may differ."""
    return " or ".join(dict.fromkeys(one for one in (before, after) if one))
