"""A way to a server that can be cut: nothing comes through any more, and no end of a connection is told either."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


class Way:
    """What is connected to its port is connected to the server."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open = threading.Event()
        self._open.set()
        self._closed = False
        self._sockets = [self._listening]
        self._start(self._accept)

    def cut(self) -> None:
        self._open.clear()

    def heal(self) -> None:
        self._open.set()

    def close(self) -> None:
        """Of both ends; whatever was held back is lost."""
        self._closed = True
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.set()

    def _start(self, act: object, *given: object) -> None:
        threading.Thread(target=act, args=given, daemon=True).start()  # type: ignore[arg-type]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._sockets.append(client)
                self._open.wait()
                if self._closed:
                    return
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._sockets.append(server)
                self._start(self._carry, client, server)
                self._start(self._carry, server, client)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                self._open.wait()
                target.sendall(chunk)
            self._open.wait()
            target.shutdown(socket.SHUT_WR)


@contextmanager
def way_to(server_port: int) -> Iterator[Way]:
    way = Way(server_port)
    try:
        yield way
    finally:
        way.close()
