"""A verdict with what was done about it, and receivers that are real."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from scanner.model import (
    ContentFacts,
    EntryId,
    FileVersion,
    Finding,
    GroupId,
    Inspection,
    Severity,
    Step,
    StepKind,
    StepRecord,
    StepState,
    Verdict,
    VerdictKind,
)
from scanner.notify.ocsf import detection
from scanner.notify.receiver import Notice

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
VERSION = FileVersion("acme", GroupId("g1"), EntryId("e1"), "/Shared/Kite/a|b=c.exe", actor=41)
FACTS = ContentFacts(5, "ab" * 32, "cd" * 64, "text/plain")
MALWARE = Finding("clamd", "Win.Test", malware=True, severity=Severity.CRITICAL)
RULE = Finding("rules", "double-extension")
VERDICT = Verdict(
    VERSION, VerdictKind.INFECTED, ("Win.Test", "double-extension"), (Inspection("clamd", "1", (RULE, MALWARE)),), FACTS
)


def did(kind: StepKind, state: StepState = StepState.SUCCESS, **detail: str) -> StepRecord:
    return StepRecord(1, Step(kind), state, detail)


def notice(ident: int = 7) -> Notice:
    return Notice(ident, "soc", detection(VERDICT, [did(StepKind.QUARANTINE, path="/Shared/Q/e.q")], now=NOW))


class Server:
    """A syslog server that keeps what it is sent. `received` are datagrams, or all that came over one connection."""

    def __init__(self, kind: int, tls: ssl.SSLContext | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(20)
        self.received: list[bytes] = []
        self._tls = tls
        self._stream = kind == socket.SOCK_STREAM
        if self._stream:
            self.socket.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def wait(self) -> bytes:
        self.thread.join(20)
        return self.received[0]

    def _serve(self) -> None:
        if not self._stream:
            self.received.append(self.socket.recv(65_536))
            return
        connection, _ = self.socket.accept()
        with contextlib.suppress(ssl.SSLError), connection, self._secured(connection) as stream:
            self.received.append(b"".join(iter(lambda: stream.recv(65_536), b"")))

    def _secured(self, connection: socket.socket) -> socket.socket:
        """Raises ssl.SSLError where the other side does not trust us."""
        return connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True)


@contextmanager
def syslog_server(kind: int, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(kind, tls)
    try:
        yield server
    finally:
        server.socket.close()
