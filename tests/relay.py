"""Two connections made one: what comes in at either goes out at the other, until both have ended."""

from __future__ import annotations

import socket
import threading


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
