"""A socket that speaks clamd's framing and gives the replies a real clamd will not give on demand. Only for those."""

from __future__ import annotations

import contextlib
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO


@dataclass
class FakeClamd:
    """`reply` to a stream; `version` to VERSION; `hold` keeps a finished stream waiting until it is set."""

    address: str
    reply: bytes = b"stream: OK\0"
    replies: dict[bytes, bytes] = field(default_factory=dict)
    """To certain streams."""
    version: bytes = b"ClamAV 1.4.6\n"
    pong: bytes = b"PONG\n"
    keep_open: bool = False
    hold: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    streams: list[bytes] = field(default_factory=list)
    open_now: int = 0
    open_at_most: int = 0

    def converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            command = command_in(lines)
            answers = {b"nPING\n": self.pong, b"nVERSION\n": self.version, b"nSTATS\n": b"POOLS: 1\nEND\n"}
            # A client that has read enough of a long reply closes: that is no fault of this side.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if command != b"zIDSESSION\0":
                    connection.sendall(answers.get(command, b"UNKNOWN COMMAND\n"))
                    return
                before = self.version
                assert (command_in(lines), command_in(lines)) == (b"zVERSION\0", b"zINSTREAM\0")
                reply = self._take_stream(lines)
                connection.sendall(b"1: %s\0" % before.strip() + (reply and b"2: " + reply))
                if reply.endswith(b"\0") and command_in(lines) == b"zVERSION\0":
                    connection.sendall(b"3: %s\0" % self.version.strip())
            if self.keep_open:
                lines.read()

    def _take_stream(self, lines: BinaryIO) -> bytes:
        with self.lock:
            self.open_now += 1
            self.open_at_most = max(self.open_at_most, self.open_now)
        content = b""
        while (length := struct.unpack(">I", lines.read(4))[0]) > 0:
            content += lines.read(length)
        self.hold.wait(10)
        with self.lock:
            self.open_now -= 1
            self.streams.append(content)
        return self.replies.get(content, self.reply)


def command_in(lines: BinaryIO) -> bytes:
    """The next one, with what ends it; as much as there is where the client closes."""
    command = b""
    while not command.endswith((b"\0", b"\n")) and (byte := lines.read(1)):
        command += byte
    return command


@contextmanager
def fake_clamd(**answers: object) -> Iterator[FakeClamd]:
    with tempfile.TemporaryDirectory(prefix="fake-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "clamd.sock"
        listener.bind(str(path))
        listener.listen(50)
        fake = FakeClamd(f"unix:{path}", **answers)  # type: ignore[arg-type]
        if "hold" not in answers:
            fake.hold.set()
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=fake.converse, args=(connection,)))
                threads[-1].start()

        server = threading.Thread(target=serve)
        server.start()
        yield fake
        fake.hold.set()
        listener.shutdown(socket.SHUT_RDWR)
        for thread in (server, *threads):
            thread.join(10)
