"""A real clamd behind a proxy that answers VERSION otherwise: an older or an odd one, which cannot be had here."""

from __future__ import annotations

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from demo.clamd import PrivateClamd
from tests.relay import relay, serving


@dataclass
class Disguised:
    """`version`: what is said; it may change while it runs, and empty lets clamd speak for itself."""

    address: str
    version: bytes


@contextmanager
def disguised(clamd: PrivateClamd, version: bytes) -> Iterator[Disguised]:
    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            command = self.request.recv(65_536)
            if one.version and command.strip(b"nz\n\0") == b"VERSION":
                self.request.sendall(one.version + b"\n")
                return
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(clamd.address.removeprefix("unix:"))
                there.sendall(command)
                relay(self.request, there)

    with serving(Conversation) as address:
        one = Disguised(address, version)
        yield one
