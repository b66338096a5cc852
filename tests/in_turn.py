"""One address with several servers behind it, as a service of Kubernetes has: each connection goes to the next one."""

from __future__ import annotations

import itertools
import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager

from tests.relay import relay, serving


@contextmanager
def in_turn(*addresses: str) -> Iterator[str]:
    """`addresses` as in the settings, on Unix sockets; gives a TCP one."""
    turns = itertools.cycle(addresses)

    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(next(turns).removeprefix("unix:"))
                relay(self.request, there)

    with serving(Conversation) as address:
        yield address
