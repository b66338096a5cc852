"""The operations port: /metrics, /livez, /readyz. No authentication, no state change; not for public addresses."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scanner.errors import ConfigurationError, Problem
from scanner.health import Health

Probe = Callable[[], Awaitable[Health]]


class Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process with 143 before the work is given back."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def application(registry: CollectorRegistry, live: Probe, ready: Probe) -> Starlette:
    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def livez(_: Request) -> Response:
        return _answer(await live())

    async def readyz(_: Request) -> Response:
        return _answer(await ready())

    routes = [
        Route("/metrics", metrics),
        Route("/metrics/", metrics),
        Route("/livez", livez),
        Route("/healthz", livez),
        Route("/readyz", readyz),
    ]
    return Starlette(routes=routes)


def _answer(health: Health) -> Response:
    return JSONResponse(health.as_json(), status_code=200 if health.ok else 503)


def bind(listen: str, key: str = "http.listen") -> socket.socket:
    """A listening socket, so that port 0 has a number before anything starts. Raises ConfigurationError, with `key` as
    the setting to change."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
    except (OSError, OverflowError) as error:
        listener.close()
        remedy = "Choose another address, or stop what listens there."
        raise ConfigurationError([Problem(key, f"cannot listen on {listen}: {error}", remedy)]) from error
    return listener


def server(app: Starlette, most_connections: int | None = None) -> Server:
    """Above so many connections at once it answers 503."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            limit_concurrency=most_connections,
        )
    )
