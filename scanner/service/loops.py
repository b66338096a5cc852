"""The loops of a service that stays: follow feeds, walk folders, dispatch, publish, reload, test itself; stop in order.

Stopping: no new polls and claims; what runs may end within a grace; what does not is given back to the queue; the
ledger closes last. Only then does the process end, with 0.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType

import structlog

from scanner.errors import RetryLater
from scanner.events.feed import Poll
from scanner.ledger.databases.seats import Office, office_of_feed
from scanner.ledger.dispatch.server_queue import NO_LIMIT
from scanner.model import EntryId, WalkFolder
from scanner.pipeline.flow import settle
from scanner.service.again import retro, second_chance
from scanner.service.again.retro import look_back
from scanner.service.again.second_chance import SecondChance
from scanner.service.assembly import Parts
from scanner.service.calls.keeping import KEEP_EVERY, keep_fresh
from scanner.service.calls.quotas import SETTLE_EVERY
from scanner.service.changes.reload import follow_rules, follow_suppressions
from scanner.service.changes.signature_files import follow_signatures
from scanner.service.engines.selftest import follow_self_test
from scanner.service.guarding import GUARD_EVERY, Guard
from scanner.service.notifying import NOTIFY_EVERY, Notifier, notifier_of
from scanner.service.probing import probe
from scanner.service.probing.probe import Prober, probers_of
from scanner.service.pruning import PRUNE_EVERY, prune
from scanner.service.publish import LONGEST_WORK, publish
from scanner.service.statements import STATE_EVERY, Statements
from scanner.service.walks import walker_of
from scanner.service.webhooks.webhooks import REGISTER_EVERY, Webhooks, webhooks_of

log = structlog.get_logger("scanner.service")

GRACE = 25.0
"""Seconds that running scans may take to end after the order to stop; Kubernetes kills after 30 by default."""
PUBLISH_EVERY = 5.0
KEEPER = "keeper"
"""The office at which all that is done once is done, but for the feeds."""
WALK_WAIT = 10.0
"""Seconds until a walk that a command asked for is noticed."""

Beside = Callable[[Parts, asyncio.Event], Coroutine[None, None, None]]
"""A loop that turns until the event is set."""


class Role(StrEnum):
    """What a replica does."""

    ALL = "all"
    FEED = "feed"
    """Reads feeds and does what is done once for all; scans nothing."""
    WORKER = "worker"
    """Scans, and nothing else."""


async def serve(parts: Parts, stop: asyncio.Event, role: Role = Role.ALL, *beside: Beside) -> None:
    """Work until `stop` is set; `beside` the service's own loops turn those of whoever runs it."""
    woken = {name: asyncio.Event() for name in parts.feeds}
    walks = asyncio.Event()
    walks.set()
    probers = probers_of(parts)
    async with (
        notifier_of(parts) as notifier,
        webhooks_of(parts, woken) as webhooks,
        asyncio.TaskGroup() as group,
    ):
        if role is not Role.WORKER:
            offices: dict[str, Office] = {
                office_of_feed(name): partial(_follow, parts, name, walks, woken[name]) for name in parts.feeds
            }
            bells = {office_of_feed(name): wake.set for name, wake in woken.items()}
            offices[KEEPER] = partial(
                _keep, parts=parts, notifier=notifier, webhooks=webhooks, walks=walks, probers=probers
            )
            group.create_task(parts.stations.ledger.seats.serve(offices, stop, bells))
        group.create_task(_repeat(PUBLISH_EVERY, stop, partial(_publish, parts, role)))
        group.create_task(_repeat(SETTLE_EVERY, stop, parts.quotas.turn))
        if parts.stores:
            group.create_task(_repeat(KEEP_EVERY, stop, partial(keep_fresh, parts)))
        if parts.settings.rules.reload:
            group.create_task(follow_rules(parts, stop))
        if parts.settings.suppressions.reload and parts.settings.suppressions.paths:
            group.create_task(follow_suppressions(parts, stop))
        if role is not Role.FEED:  # It scans nothing.
            group.create_task(follow_self_test(parts, stop))
        if parts.settings.clamav.signature_folders:
            group.create_task(follow_signatures(parts, stop))
        for turning in beside:
            group.create_task(turning(parts, stop))
        if role is Role.FEED:
            await stop.wait()
        else:
            await dispatch(parts, stop, probers)


async def _follow(parts: Parts, name: str, walks: asyncio.Event, woken: asyncio.Event, over: asyncio.Event) -> None:
    """The feed of a domain, until it is another's."""
    on_poll, on_trouble = partial(observe_poll, parts, name, walks), partial(_troubled, parts, name)
    try:
        await parts.feeds[name].follow(over, on_poll, on_trouble, woken)
    finally:
        parts.heartbeats.ended(f"poller:{name}")


async def _keep(
    over: asyncio.Event,
    *,
    parts: Parts,
    notifier: Notifier,
    webhooks: Webhooks | None,
    walks: asyncio.Event,
    probers: Mapping[str, Prober],
) -> None:
    """What is done once for all replicas, until it is another's."""
    cut_off = partial(unless_stopped, over)
    chances = SecondChance(parts.stations.ledger, parts.metrics)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_repeat(NOTIFY_EVERY, over, notifier.turn))
            if webhooks is not None:
                group.create_task(_repeat(REGISTER_EVERY, over, partial(cut_off, webhooks.turn)))
            group.create_task(_repeat(GUARD_EVERY, over, Guard(parts).turn))
            group.create_task(_repeat(WALK_WAIT, over, partial(cut_off, walker_of(parts).turn), walks))
            group.create_task(_repeat(PRUNE_EVERY, over, partial(prune, parts)))
            group.create_task(_repeat(retro.LOOK_EVERY, over, partial(cut_off, partial(look_back, parts))))
            group.create_task(_repeat(second_chance.LOOK_EVERY, over, partial(_second_chances, parts, chances)))
            if parts.settings.statements.folder is not None:
                group.create_task(_repeat(STATE_EVERY, over, Statements(parts).turn))
            for one in probers.values():
                group.create_task(_repeat(probe.LOOK_EVERY, over, partial(cut_off, one.turn)))
    finally:
        parts.metrics.kept_by_another()


async def _publish(parts: Parts, role: Role) -> None:
    await publish(parts, scans=role is not Role.FEED)
    if role is Role.FEED:
        parts.heartbeats.ended("dispatcher")


async def dispatch(parts: Parts, stop: asyncio.Event, probers: Mapping[str, Prober] = MappingProxyType({})) -> None:
    """Settle tickets until `stop`, then give running ones a grace."""
    handler = partial(_settle, parts, probers)
    workers = parts.settings.workers
    limits = dict.fromkeys(parts.feeds, workers.per_domain or NO_LIMIT)
    await parts.stations.ledger.dispatch.work(
        limits, handler, stop, total=workers.concurrency, lease=workers.lease, grace=GRACE
    )


async def _second_chances(parts: Parts, chances: SecondChance) -> None:
    await chances.turn(parts.clock())


async def _settle(parts: Parts, probers: Mapping[str, Prober], domain: str, entry_id: EntryId) -> datetime | None:
    parts.beat("dispatcher", LONGEST_WORK)
    if domain in probers:
        probers[domain].heard(entry_id)
    with parts.metrics.scans_in_progress.track_inprogress():
        return await settle(domain, entry_id, parts.stations)


def observe_poll(parts: Parts, name: str, walks: asyncio.Event | None, poll: Poll) -> None:
    """Count and log one finished poll; wake the walker where a folder arrived, or events were lost."""
    parts.beat(f"poller:{name}", parts.settings.events.max_interval)
    parts.metrics.polled(name, poll, parts.clock())
    if poll.settled or poll.reset:
        log.info("feed.polled", domain=name, events=len(poll.settled), cursor=poll.cursor, reset=poll.reset)
    arrived = any(isinstance(disposition, WalkFolder) for _, disposition in poll.settled)
    if walks is not None and (arrived or poll.reset):
        walks.set()


def _troubled(parts: Parts, name: str, error: RetryLater) -> None:
    rest = max(error.after or 0.0, parts.settings.events.max_interval)
    parts.beat(f"poller:{name}", rest)
    parts.metrics.poll_failed(name, error)
    log.warning("feed.waiting", domain=name, reason=str(error), after=error.after)


async def _repeat(
    every: float, stop: asyncio.Event, turn: Callable[[], Awaitable[None]], wake: asyncio.Event | None = None
) -> None:
    """Turn now, then every so often, or when woken. What must wait is tried at the next turn."""
    wake = wake or asyncio.Event()
    while not stop.is_set():
        wake.clear()
        try:
            await turn()
        except RetryLater as error:
            log.warning("loop.waiting", reason=str(error))
        await first_of(every, stop, wake)


async def unless_stopped(stop: asyncio.Event, turn: Callable[[], Awaitable[None]]) -> None:
    """A turn that may take days; it is cut off by the order to stop, as it could be by anything."""
    turning = asyncio.ensure_future(turn())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((turning, stopping), return_when=asyncio.FIRST_COMPLETED)
        if turning.done():
            turning.result()
    finally:
        stopping.cancel()
        if turning.cancel():
            await asyncio.wait((turning,))


async def first_of(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, at most so many seconds."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and Ctrl-C ask for an orderly end; a second Ctrl-C is the terminal's own."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _once, stop, number)


def _once(stop: asyncio.Event, number: signal.Signals) -> None:
    log.info("service.stopping", signal=number.name)
    stop.set()
    asyncio.get_running_loop().remove_signal_handler(number)
