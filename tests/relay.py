"""Two connections made one: what comes in at either goes out at the other, until both have ended."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """A thread for each connection; gives the address, as in the settings. What is under way is not waited for."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"tcp:127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def relay(here: socket.socket, there: socket.socket) -> None:
    back = threading.Thread(target=_pass_on, args=(there, here))
    back.start()
    _pass_on(here, there)
    back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """To the end; whoever is gone already needs nothing more."""
    try:
        while part := source.recv(65_536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
