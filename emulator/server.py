"""Serves a Domain: in the foreground for `python -m emulator`, in a thread of its own for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from emulator.app import App
from emulator.domain import Domain
from emulator.seed import add_admin
from emulator.users import User

T = TypeVar("T")


class Protocol(HttpToolsProtocol):
    """Puts the transport into the scope, so that faults can cut a connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["emulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


class Server(uvicorn.Server):
    """uvicorn that stops at once: its own loop looks for the end only every tenth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._end = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self.force_exit:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.close()
        for sock in sockets or []:
            sock.close()

    def end(self, *, wait: bool = True) -> None:
        """From the loop's own thread. Without `wait`, calls under way are dropped."""
        self.should_exit = True
        self.force_exit = not wait
        self._end.set()


def config(app: App, *, certificate: tuple[str, str] | None = None) -> uvicorn.Config:
    """Log, lifespan, date and proxy headers off: each costs time per call and none belongs to the API."""
    return uvicorn.Config(
        app, http=Protocol, ws="none", loop="uvloop", lifespan="off", log_level="error", access_log=False,
        server_header=False, date_header=False, proxy_headers=False, timeout_graceful_shutdown=1,
        timeout_keep_alive=60, ssl_certfile=certificate[0] if certificate else None,
        ssl_keyfile=certificate[1] if certificate else None,
    )  # fmt: skip


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket; port 0 takes any free one."""
    sock = socket.create_server((host, port), backlog=512)
    sock.setblocking(False)
    return sock


@dataclass(slots=True)
class Running:
    """An emulator in a thread. `token` belongs to `admin`, the user svc-scanner."""

    domain: Domain
    base_url: str
    token: str
    admin: User
    _server: Server
    _thread: threading.Thread
    _loop: asyncio.AbstractEventLoop

    def call(self, function: Callable[[], T]) -> T:
        """Runs a function in the emulator's own thread, where touching the Domain is safe."""

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(lambda: self._server.end(wait=False))
        self._thread.join(timeout=10)
        self.domain.close()


def start(
    *,
    port: int = 0,
    token: str = "test-token",  # noqa: S107 - a name for tests, guards nothing
    qps: int = 1_000_000,
    daily: int = 1_000_000_000,
    blob_folder: Path | None = None,
) -> Running:
    """An empty domain with one admin, listening on loopback. Limits are out of the way unless given."""
    domain = Domain(blob_folder=blob_folder, qps=qps, daily=daily)
    admin = add_admin(domain, token)
    sock = listen("127.0.0.1", port)
    loops: list[asyncio.AbstractEventLoop] = []
    server = Server(config(App(domain)))
    thread = threading.Thread(target=_serve, args=(server, sock, loops), name="emulator", daemon=True)
    thread.start()
    if not server.ready.wait(timeout=10):
        raise RuntimeError("the emulator did not start within ten seconds")
    base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    return Running(domain, base_url, token, admin, server, thread, loops[0])


def _serve(server: Server, sock: socket.socket, loops: list[asyncio.AbstractEventLoop]) -> None:
    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve(sockets=[sock])

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(main())
