"""`scanner run --once`: read each feed to its end, finish all work it led to, then say what came of it.

Work that waits for an engine or the API stays open in the ledger; the next run takes it up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from scanner.errors import RetryLater
from scanner.events.feed import Feed
from scanner.service.assembly import Parts
from scanner.service.loops import dispatch, first_of, observe_poll
from scanner.service.notifying import notifier_of
from scanner.service.pruning import prune
from scanner.service.statements import Statements
from scanner.service.walks import Walker, walker_of

log = structlog.get_logger("scanner.service")

SHORT_WAIT = 5.0
"""A throttle of so many seconds is waited for; a longer one ends the run unfinished (fact sheet 8.3)."""
MOST_WAITS = 20
"""Short throttles in a row that are waited for: one that never ends must not keep the run for ever."""
LOOK_EVERY = 0.1
LONGEST_LOOK = 2.0
FASTEST = 0.002
"""Seconds in which a version may end: to look whether all have is not worth while sooner, and takes longer the more
there are."""


@dataclass(slots=True)
class Summary:
    """What one run did."""

    events: int = 0
    unfinished: list[str] = field(default_factory=list)
    """Why work remains open; empty when everything ended."""


async def run_once(parts: Parts, stop: asyncio.Event) -> Summary:
    """Raises nothing for an API or engine that stays away: that is in the summary."""
    summary = Summary()
    done = asyncio.Event()
    walker = walker_of(parts)
    async with asyncio.TaskGroup() as group:
        working = group.create_task(dispatch(parts, done))
        while not stop.is_set():
            new = sum([await _read_feed(name, feed, parts, summary) for name, feed in parts.feeds.items()])
            await _walk(walker, summary)
            await _finish_work(parts, stop)
            summary.events += new
            # Our own moves and comments come back as events: reading them now records them as our own.
            if (new == 0 and not walker.held_back) or summary.unfinished:
                break
        done.set()
        await working
    await prune(parts)
    async with notifier_of(parts) as notifier:
        await notifier.turn()
    untaken, _ = await parts.stations.ledger.notices.backlog()
    if untaken:
        summary.unfinished.append(f"{untaken} notices were not taken; see `scanner notices list`")
    await Statements(parts).turn()
    backlog = await parts.stations.ledger.backlog()
    if backlog.walks_refused:
        summary.unfinished.append(f"{backlog.walks_refused} folders may not be listed; the log has their paths")
    if backlog.braked:
        summary.unfinished.append(f"{backlog.braked} plans are held; see `scanner remediation held list`")
    counts = await parts.stations.ledger.open_work()
    open_work = counts.queued + counts.running + counts.waiting - backlog.braked
    if open_work:
        summary.unfinished.append(f"{open_work} versions are still open")
    summary.unfinished += [str(one.trouble) for one in parts.left_out]
    return summary


async def _read_feed(name: str, feed: Feed, parts: Parts, summary: Summary) -> int:
    read = waits = 0
    while True:
        try:
            poll = await feed.poll()
        except RetryLater as error:
            if error.after is not None and error.after <= SHORT_WAIT and waits < MOST_WAITS:
                waits += 1
                await asyncio.sleep(error.after)
                continue
            summary.unfinished.append(f"the feed of {name} could not be read: {error}")
            return read
        observe_poll(parts, name, None, poll)
        read += len(poll.settled)
        if not poll.more:
            return read


async def _walk(walker: Walker, summary: Summary) -> None:
    try:
        await walker.turn()
    except RetryLater as error:
        summary.unfinished.append(f"a folder could not be listed: {error}")


async def _finish_work(parts: Parts, stop: asyncio.Event) -> None:
    """Until it is no version's turn: what waits for others is left while its moment has not come, and so are domains
    that the settings name no more."""
    turns = parts.stations.ledger.whose_turn_it_is
    while not stop.is_set() and (left := await turns(list(parts.feeds))):
        await first_of(min(max(LOOK_EVERY, FASTEST * left), LONGEST_LOOK), stop)
