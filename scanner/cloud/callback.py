"""Where the browser comes back to after a sign-in: a listener on this machine, for one answer with the right state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scanner.errors import ConfigurationError, Problem

PATH = "/callback"
_SLOWEST = 10.0
"""Seconds in which a request has to come."""
_DONE = b"<!DOCTYPE html><title>scanner</title><p>The answer has arrived. You may close this window.</p>"
_ALIEN = b"<!DOCTYPE html><title>scanner</title><p>This is not the answer to the sign-in that waits.</p>"


class Callback:
    """Waits for one answer."""

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        self.answer = ""
        self.arrived = threading.Event()
        try:
            self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        except OSError as error:
            what = f"cannot be listened on: {error.strerror}"
            remedy = "Choose another with --port, or use --paste."
            raise ConfigurationError([Problem(f"127.0.0.1:{port}", what, remedy)]) from error
        self.server.daemon_threads = True

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{PATH}"

    def wait(self, seconds: float) -> str | None:
        """The address that the browser asked for, from its path on; None where it did not come in time."""
        return self.answer if self.arrived.wait(seconds) else None

    def take(self, target: str) -> bool:
        """Whether it is the answer. Others may knock as well: whatever runs on this machine, and any web page."""
        parts = urlsplit(target)
        if parts.path != PATH or parse_qs(parts.query).get("state") != [self.state] or self.arrived.is_set():
            return False
        self.answer = target
        self.arrived.set()
        return True


@contextmanager
def callback(port: int, state: str) -> Iterator[Callback]:
    """Raises ConfigurationError where the port is taken."""
    waiting = Callback(port, state)
    thread = threading.Thread(target=waiting.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield waiting
    finally:
        waiting.server.shutdown()
        waiting.server.server_close()


def _handler(waiting: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST
        server_version = "scanner"
        sys_version = ""

        def do_GET(self) -> None:
            try:
                status, page = (200, _DONE) if waiting.take(self.path) else (400, _ALIEN)
            except ValueError:
                status, page = 400, _ALIEN
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the address has the code in it."""

    return Handler
