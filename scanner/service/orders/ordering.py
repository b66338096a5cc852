"""Walks that a person orders: the service that owns the ledger carries them out; where none runs, the command does.

The order stands in the ledger first. Whoever gave it may go away: it is carried out all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from scanner.cloud.client import EgnyteClient
from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.ledger import Ledger
from scanner.ledger.walks.walking import Walk
from scanner.metrics import Metrics
from scanner.service.assembly import scope_in, utc_now
from scanner.service.loops import KEEPER
from scanner.service.walks import Walker
from scanner.settings import DomainSettings, Settings

LOOK_EVERY = 0.2
SHORT_WAIT = timedelta(seconds=10)
"""How long something may have to wait before the command ends without it."""


@asynccontextmanager
async def ledger_for_orders(settings: Settings) -> AsyncIterator[tuple[Ledger, bool]]:
    """The ledger, and whether it is ours: no service runs on it. Raises LedgerUnavailable."""
    if settings.ledger.file is None:
        async with Ledger.reading(settings.ledger, utc_now) as ledger, ledger.seats.one(KEEPER) as ours:
            yield ledger, ours
        return
    try:
        ledger, owner = await Ledger.open(settings.ledger, utc_now, owner=True), True
    except LedgerUnavailable:
        ledger, owner = await Ledger.open(settings.ledger, utc_now, owner=False), False
    try:
        yield ledger, owner
    finally:
        await ledger.close()


@asynccontextmanager
async def ledger_beside(settings: Settings) -> AsyncIterator[Ledger]:
    """For an order that is carried out by others: the ledger is owned only where there is none yet, so that a service
    that starts just now is not kept out. Raises LedgerUnavailable."""
    ledger = await Ledger.open(settings.ledger, utc_now, owner=settings.ledger.is_to_be_made)
    try:
        yield ledger
    finally:
        await ledger.close()


async def followed(ledger: Ledger, domain: DomainSettings, walk_id: int, *, owner: bool) -> AsyncIterator[Walk]:
    """A walk as it goes on, until it has ended or has to wait for long; carried out here where the ledger is ours."""
    driving = asyncio.ensure_future(_carry_out(ledger, domain, walk_id)) if owner else None
    try:
        while True:
            walk = await ledger.walks.of(walk_id)
            yield walk
            if walk.finished_at is not None or _waits_long(walk):
                return
            if driving is not None and driving.done():
                driving.result()
                yield await ledger.walks.of(walk_id)
                return
            await asyncio.sleep(LOOK_EVERY)
    finally:
        if driving is not None:
            driving.cancel()
            await asyncio.wait((driving,))


def _waits_long(walk: Walk) -> bool:
    return walk.trouble is not None and walk.due_at is not None and walk.due_at > utc_now() + SHORT_WAIT


async def _carry_out(ledger: Ledger, domain: DomainSettings, walk_id: int) -> None:
    """Until the walk has ended, or something has to wait for long."""
    client = EgnyteClient(domain)
    scope = scope_in(domain, own_user_id=0)  # only paths are asked of it
    walker = Walker(ledger.walks, {domain.name: client}, {domain.name: scope}, utc_now, Metrics())
    try:
        while (await ledger.walks.of(walk_id)).finished_at is None:
            trouble = await walker.walk_domain(domain.name)
            if walker.held_back or (trouble is not None and not _is_short(trouble)):
                return
            await asyncio.sleep(LOOK_EVERY if trouble is None else trouble.after or LOOK_EVERY)
    finally:
        await client.close()


def _is_short(trouble: RetryLater) -> bool:
    return trouble.after is not None and trouble.after <= SHORT_WAIT.total_seconds()
