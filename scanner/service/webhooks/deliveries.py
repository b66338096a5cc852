"""The port on which Egnyte tells that something happened. What a delivery says is read and thrown away: it only wakes
the feed, whose cursor stays the source of truth (fact sheet 4.3)."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

HEADER = "X-Scanner-Secret"
LARGEST_DELIVERY = 256 * 1024
"""Bytes; a delivery holds one or more events of about a kilobyte."""
IN_TIME = 10.0
"""Seconds for a whole delivery."""
Result = Literal["woken", "bad_secret", "unknown_domain", "too_large", "too_slow", "cut_off"]
_STATUS: Mapping[Result, int] = {
    "woken": 200,  # and nothing else of the 2xx: anything but 200 is delivered again
    "bad_secret": 401,
    "unknown_domain": 401,  # as a wrong secret: nobody is told which domains there are
    "too_large": 413,
    "too_slow": 408,
    "cut_off": 400,
}


class Bell:
    """Wakes one feed, at most once in `rest` seconds; of all rings in between one is made up for when they are over."""

    def __init__(self, wake: Callable[[], None], rest: float) -> None:
        self._wake = wake
        self._rest = rest
        self._quiet_until = 0.0
        self._owed: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        loop = asyncio.get_running_loop()
        if self._owed is not None:
            return
        if loop.time() >= self._quiet_until:
            self._sound()
        else:
            self._owed = loop.call_at(self._quiet_until, self._sound)

    def _sound(self) -> None:
        self._owed = None
        self._quiet_until = asyncio.get_running_loop().time() + self._rest
        self._wake()


@dataclass(frozen=True, slots=True)
class Door:
    """Where one domain's deliveries come in."""

    secret: str = field(repr=False)
    bell: Bell


def receiver(doors: Mapping[str, Door], told: Callable[[Result], None], in_time: float = IN_TIME) -> Starlette:
    """`told`: what became of each delivery."""
    nobody = Door(secrets.token_hex(), Bell(lambda: None, 0))

    async def deliver(request: Request) -> Response:
        domain = request.path_params["domain"]
        result = await _taken(request, doors.get(domain, nobody), in_time)
        told("unknown_domain" if domain not in doors else result)
        # What is left of a delivery that is refused is not waited for.
        return Response(status_code=_STATUS[result], headers=None if result == "woken" else {"Connection": "close"})

    return Starlette(routes=[Route("/webhooks/{domain}", deliver, methods=["POST"])])


async def _taken(request: Request, door: Door, in_time: float) -> Result:
    """The secret first: nothing of a stranger is read."""
    shown = request.headers.get(HEADER, "").encode("latin-1")
    if not hmac.compare_digest(shown, door.secret.encode()):
        return "bad_secret"
    try:
        async with asyncio.timeout(in_time):
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST_DELIVERY:
                    return "too_large"
    except TimeoutError:
        return "too_slow"
    except ClientDisconnect:
        return "cut_off"
    door.bell.ring()
    return "woken"
