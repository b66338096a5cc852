"""Webhooks of all domains: the port on which they arrive, and their registrations."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from hashlib import sha256
from pathlib import Path

import structlog

from scanner.cloud.port import Subscription
from scanner.errors import ConfigurationError, LedgerUnavailable, Problem
from scanner.ledger.databases.seats import Seats, office_of_feed
from scanner.service.assembly import Parts
from scanner.service.webhooks.deliveries import HEADER, Bell, Door, Result, receiver
from scanner.service.webhooks.registration import Registration
from scanner.settings import DomainSettings, WebhookSettings
from scanner.web import bind, server

log = structlog.get_logger("scanner.webhooks")

REGISTER_EVERY = 900.0
"""Seconds between two looks at whether something is due; also until a registration is tried again after trouble."""
SHORTEST_SECRET = 16
LONGEST_SECRET = 4_096
MOST_CONNECTIONS = 64
"""At once; what is more is answered with 503, and Egnyte comes again."""


class Webhooks:
    """The registrations of a running service."""

    def __init__(self, parts: Parts, wanted: Mapping[str, Subscription]) -> None:
        self._parts = parts
        domains = parts.stations.domains
        self._registrations = [
            Registration(name, domains[name].cloud, one, parts.clock) for name, one in wanted.items()
        ]

    async def turn(self) -> None:
        """Look after all of them at once."""
        await asyncio.gather(*(each.turn() for each in self._registrations))
        self._parts.metrics.webhooks_registered.set(sum(each.registered for each in self._registrations))


class Waking:
    """Wakes feeds, wherever they are followed: a delivery may arrive at any replica."""

    def __init__(self, seats: Seats, wakes: Mapping[str, asyncio.Event]) -> None:
        self._seats = seats
        self._wakes = wakes
        self._calling: set[asyncio.Task[None]] = set()

    def wake(self, name: str) -> None:
        self._wakes[name].set()
        task = asyncio.create_task(self._call(name))
        self._calling.add(task)
        task.add_done_callback(self._calling.discard)

    async def close(self) -> None:
        """Calls that have not arrived by now need not: the next poll brings what they are about."""
        for task in self._calling:
            task.cancel()
        if self._calling:
            await asyncio.wait(self._calling)

    async def _call(self, name: str) -> None:
        try:
            await self._seats.call(office_of_feed(name))
        except LedgerUnavailable as error:
            log.warning("webhook.not_passed_on", domain=name, reason=str(error))


@asynccontextmanager
async def webhooks_of(parts: Parts, wakes: Mapping[str, asyncio.Event]) -> AsyncIterator[Webhooks | None]:
    """Deliveries are taken while it is open; None where no webhooks are wanted. Raises ConfigurationError where the
    secret is no good or the address is taken."""
    settings = parts.settings.webhooks
    if settings.url is None:
        yield None
        return
    wanted = {name: subscription(settings, one.settings) for name, one in parts.stations.domains.items()}
    rest = parts.settings.events.min_interval
    waking = Waking(parts.stations.ledger.seats, wakes)
    doors = {name: Door(one.secret, Bell(partial(waking.wake, name), rest)) for name, one in wanted.items()}

    refused: set[Result] = set()

    def told(result: Result) -> None:
        parts.metrics.delivered(result, parts.clock())
        if result != "woken" and result not in refused:
            # Once for each: a stranger may knock as often as he likes.
            refused.add(result)
            log.warning("webhook.delivery_refused", result=result, more="are counted only")

    with closing(bind(settings.listen, "webhooks.listen")) as listener:
        web = server(receiver(doors, told), MOST_CONNECTIONS)
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        host, port = listener.getsockname()[:2]
        log.info("webhooks.listening", listen=f"{host}:{port}", url=settings.url)
        try:
            yield Webhooks(parts, wanted)
        finally:
            web.should_exit = True
            await serving
            await waking.close()


def subscription(settings: WebhookSettings, domain: DomainSettings) -> Subscription:
    """What Egnyte is to be told for a domain. Its secret is derived, so that what one domain's administrators may see
    wakes no other's feed. Raises ConfigurationError."""
    assert settings.secret_file is not None
    secret = hmac.new(read_secret(settings.secret_file), f"webhook {domain.name}".encode(), sha256).hexdigest()
    return Subscription(f"{settings.url}/webhooks/{domain.name}", domain.watch, HEADER, secret)


def read_secret(path: Path) -> bytes:
    """The file's bytes without white space around them. Raises ConfigurationError, in which none of them stand."""
    try:
        with path.open("rb") as file:
            written = file.read(LONGEST_SECRET + 1)
    except OSError as error:
        what, remedy = f"the file cannot be read: {error.strerror}", "Check the path and the rights of the file."
        raise ConfigurationError([Problem("webhooks.secret_file", what, remedy)]) from error
    secret = written.strip()
    if len(secret) < SHORTEST_SECRET or len(written) > LONGEST_SECRET:
        what = f"the secret has not {SHORTEST_SECRET} to {LONGEST_SECRET} bytes"
        remedy = "Write a new one, such as from `openssl rand -base64 32`."
        raise ConfigurationError([Problem("webhooks.secret_file", what, remedy)])
    return secret
