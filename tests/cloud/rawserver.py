"""A server that says byte for byte what a test wants, once for each connection; and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """Of `answers` each connection gets the next one; the last is given to all that follow."""

    answers: list[bytes]
    resets: int = 0
    """Of the first so many connections each is reset after its answer, in place of closed."""
    asked: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    sock: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    url: str = ""

    def __post_init__(self) -> None:
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.sock.getsockname()[1]}"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._answer(self.sock.accept()[0])

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), self._secured(connection) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65_536)
                if not piece:
                    return
                head += piece
            self.asked.append(head.decode("latin-1"))
            connection.sendall(self.answers[min(len(self.asked), len(self.answers)) - 1])
            if len(self.asked) <= self.resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection


@contextlib.contextmanager
def raw_server(*answers: bytes, resets: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    server = RawServer(list(answers), resets, tls=tls)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.sock.shutdown(socket.SHUT_RDWR)
        server.sock.close()
        thread.join(5)


def answer(status: int = 200, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer; `length` announces another length than it has, -1 none at all."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close", *headers]
    if length != -1:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
