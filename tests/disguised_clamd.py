"""A real clamd behind a proxy that answers VERSION otherwise: an older or an odd one, which cannot be had here."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from demo.clamd import PrivateClamd
from tests.relay import relay


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

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        one = Disguised(f"tcp:127.0.0.1:{server.server_address[1]}", version)
        server.block_on_close = False
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield one
        server.shutdown()
        serving.join()
