"""One address with several servers behind it, as a service of Kubernetes has: each connection goes to the next one."""

from __future__ import annotations

import itertools
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.relay import relay


@contextmanager
def in_turn(*addresses: str) -> Iterator[str]:
    """`addresses` as in the settings, on Unix sockets; gives a TCP one."""
    turns = itertools.cycle(addresses)

    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(next(turns).removeprefix("unix:"))
                relay(self.request, there)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield f"tcp:127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        serving.join()
