"""One session with clamd for one INSTREAM or FILDES, and the only place where its replies are read.

clamd spools the stream and scans after the end marker; a descriptor it reads in place, from its start. Only the one OK
to the command that was sent and nothing else, up to the end of the connection, is clean: a full temporary folder
answers a stream with an ERROR and then with an OK for the empty spool file. Before and behind the content it is asked
for its VERSION, on the same connection: behind one address may stand several clamds, and each may load others.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from scanner.errors import EngineUnavailable
from scanner.inspection.clamd_control import version_in
from scanner.model import Gap, Unchecked, Unscannable

STREAM = b"zINSTREAM\0"
DESCRIPTOR = b"zFILDES\0"
END = struct.pack(">I", 0)
SIZE_LIMIT = b"INSTREAM size limit exceeded. ERROR\0"
REPLIES = {
    command: re.compile(subject + rb": (?:(OK)|([^\x00-\x1f\x7f]+) (FOUND|ERROR))\0")
    for command, subject in ((STREAM, b"stream"), (DESCRIPTOR, rb"fd\[[0-9]{1,10}\]"))
}
"""What each command is answered with; the number of a descriptor is clamd's own."""
FIRST, LAST = b"zIDSESSION\0zVERSION\0", b"zVERSION\0zEND\0"
"""Around the command. clamd numbers what it is told in a session, and its replies (clamd(8), IDSESSION). The last waits
for the scan's reply: clamd writes number and version apart, and the reply would get in between (seen)."""
BEFORE, SCAN, BEHIND = b"1: ", b"2: ", b"3: "
LONGEST_REPLY = 8192

GAPS_BY_NAME = (
    ("Heuristics.Encrypted.", Unscannable.ENCRYPTED),
    ("Heuristics.Limits.Exceeded.MaxScanTime", Unscannable.SCAN_TIME),
    ("Heuristics.Limits.Exceeded", Unscannable.LIMITS),
    ("Heuristics.Broken.", Unscannable.CORRUPT),
)
"""Names that clamd reports like malware and that only say why it could not look (clamav.md sections 3 and 4)."""


@dataclass(frozen=True, slots=True)
class Found:
    """clamd names malware."""

    name: str


Answer = Found | Gap | None
"""None is clean: all bytes were taken, and the one reply was OK."""


class Heard(NamedTuple):
    """What one clamd says, and which it is."""

    answer: Answer
    version: str = ""
    """Of engine and signatures that looked: two where it loaded others meanwhile; empty only where a gap is all there
    is."""


class Replies(NamedTuple):
    """The replies of one session."""

    scan: bytes
    """To the command, and whatever else belongs to none."""
    versions: tuple[str, ...]
    """By both of VERSION; none where one is missing, or none to be believed."""


def sorted_out(replies: bytes) -> Replies:
    """The bytes of a session's replies, up to where the connection ended or broke. They come in any order."""
    versions: dict[bytes, str] = {}
    scan = b""
    for reply in replies.split(b"\0")[:-1]:
        number, text = reply[:3], reply[3:]
        if number in (BEFORE, BEHIND) and number not in versions:
            versions[number] = _version(text)
        else:
            scan += (text if number == SCAN else reply) + b"\0"
    scan += replies[replies.rfind(b"\0") + 1 :].removeprefix(SCAN)
    told = [versions.get(number, "") for number in (BEFORE, BEHIND)]
    return Replies(scan, tuple(dict.fromkeys(told)) if all(told) else ())


def _version(text: bytes) -> str:
    try:
        return version_in(text.decode("utf-8", "replace"))
    except EngineUnavailable:
        return ""


def answer_to(reply: bytes, command: bytes = STREAM) -> Answer:
    """What the complete bytes of a reply to STREAM or DESCRIPTOR, up to the end of the connection, mean."""
    if not reply:
        return Gap(Unchecked.INTERRUPTED, "clamd closed the connection without a reply")
    if reply == SIZE_LIMIT:
        return Gap(Unscannable.TOO_LARGE, "clamd's StreamMaxLength is below clamav.max_stream")
    match = REPLIES[command].fullmatch(reply)
    if match is None:
        return Gap(Unchecked.ENGINE_ERROR, f"a reply that is not in the protocol: {reply[:200]!r}")
    if match[1]:
        return None
    text = match[2].decode("utf-8", "replace")
    if match[3] == b"ERROR":
        return Gap(Unchecked.ENGINE_ERROR, text)
    reason = next((reason for prefix, reason in GAPS_BY_NAME if text.startswith(prefix)), None)
    return Found(text) if reason is None else Gap(reason, text)


Connect = Callable[[], socket.socket]


def scan(connect: Connect, chunks: Iterable[bytes], timeout: float) -> Heard:
    """Send everything and wait for the answer. `timeout`: seconds without a byte taken, and until the whole reply.

    Errors of `chunks` pass; those of the connection become gaps.
    """
    return _session(connect, partial(_send_all, chunks=chunks), STREAM, timeout)


def scan_descriptor(connect: Connect, descriptor: int, timeout: float) -> Heard:
    """Hand over a regular file, open for reading, and wait for the answer, `timeout` seconds at most; by Unix sockets.

    clamd says OK for a descriptor that it cannot read, and for one above its MaxFileSize unless AlertExceedsMax is on:
    whoever calls this has seen that neither is so.
    """
    return _session(connect, partial(_send_descriptor, descriptor=descriptor), DESCRIPTOR, timeout)


def _session(
    connect: Connect, send: Callable[[socket.socket], OSError | None], command: bytes, timeout: float
) -> Heard:
    try:
        connection = connect()
    except OSError as error:
        return Heard(Gap(Unchecked.ENGINE_DOWN, f"cannot connect: {_reason(error)}"))
    with connection:
        connection.settimeout(timeout)
        failure = send(connection)
        if isinstance(failure, TimeoutError):
            return Heard(Gap(Unchecked.ENGINE_TIMEOUT, f"clamd took no byte for {timeout:g} s"))
        received, broken = _receive(connection, time.monotonic() + timeout)
    replies = sorted_out(received)
    return Heard(_answer(replies, command, failure, broken, timeout), " or ".join(replies.versions))


def _answer(
    replies: Replies, command: bytes, failure: OSError | None, broken: OSError | None, timeout: float
) -> Answer:
    reply = replies.scan
    if isinstance(broken, TimeoutError):
        # Which of the two it was tells a scan that hangs from an answer whose end got lost.
        got = f"only {reply[:80]!r} and no end of it" if reply else "no byte of a reply"
        return Gap(Unchecked.ENGINE_TIMEOUT, f"{got} within {timeout:g} s")
    # clamd closes on a stream over its limit: the send fails first, and the reply may still be there to read.
    if reply == SIZE_LIMIT:
        return answer_to(reply, command)
    trouble = failure or broken
    if trouble is not None:
        return Gap(Unchecked.INTERRUPTED, f"the connection broke: {_reason(trouble)}")
    answer = answer_to(reply, command)
    if answer is None and not replies.versions:
        return Gap(Unchecked.ENGINE_ERROR, "an OK without a word on which engine and signatures looked")
    return answer


def _send_all(connection: socket.socket, chunks: Iterable[bytes]) -> OSError | None:
    prefix = FIRST + STREAM
    for chunk in chunks:
        failure = _send(connection, b"".join((prefix, struct.pack(">I", len(chunk)), chunk)))
        if failure is not None:
            return failure
        prefix = b""
    return _send(connection, prefix + END)


def _send_descriptor(connection: socket.socket, descriptor: int) -> OSError | None:
    failure = _send(connection, FIRST + DESCRIPTOR)
    if failure is not None:
        return failure
    try:
        # The byte that carries it comes after the command: clamd looks for it only then (clamd(8), FILDES).
        socket.send_fds(connection, [b"\0"], [descriptor])
    except OSError as error:
        return error
    return None


def _send(connection: socket.socket, message: bytes) -> OSError | None:
    try:
        connection.sendall(message)
    except OSError as error:
        return error
    return None


def _receive(connection: socket.socket, deadline: float) -> tuple[bytes, OSError | None]:
    """Everything up to the end of the connection, and what broke it off. A real deadline: a byte now and then does not
    move it."""
    received, asked = b"", False
    try:
        while len(received) <= LONGEST_REPLY:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            piece = connection.recv(LONGEST_REPLY)
            if not piece:
                return received, None
            received += piece
            if not asked and any(reply.startswith(SCAN) for reply in received.split(b"\0")[:-1]):
                asked = True
                connection.sendall(LAST)
    except OSError as error:
        return received, error
    return received, None


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
