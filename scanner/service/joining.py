"""Domains that could not be entered when the service started: asked again while the others work, and taken in."""

from __future__ import annotations

import asyncio

import structlog

from scanner.errors import CloudRefused, RetryLater
from scanner.service.assembly import LeftOut, Parts
from scanner.service.loops import Beside, first_of

log = structlog.get_logger("scanner.service")

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds; each time twice as long. Each try is a call of the domain that is asked, and none of the others'."""


async def work_until_one_comes(parts: Parts, stop: asyncio.Event, work: Beside) -> None:
    """`work` until `stop`, or until a domain that was left out can be entered: then all is to be assembled anew."""
    over = asyncio.Event()
    waiting = asyncio.create_task(_wait(parts, stop, over))
    try:
        await work(parts, over)
    finally:
        waiting.cancel()
        await asyncio.wait((waiting,))


async def _wait(parts: Parts, stop: asyncio.Event, over: asyncio.Event) -> None:
    """Whatever becomes of it, the order to stop is passed on."""
    rest = FIRST_REST
    for one in parts.left_out:
        _tell(parts, one, one.trouble)
    try:
        while not stop.is_set():
            await first_of(rest, stop) if parts.left_out else await stop.wait()
            if not stop.is_set() and any([await _answers(parts, one) for one in parts.left_out]):
                return
            rest = min(2 * rest, LONGEST_REST)
    finally:
        over.set()


async def _answers(parts: Parts, one: LeftOut) -> bool:
    try:
        await one.cloud.account()
    except (RetryLater, CloudRefused) as error:
        _tell(parts, one, error)
        return False
    log.info("domain.taken_in", domain=one.name)
    return True


def _tell(parts: Parts, one: LeftOut, error: RetryLater | CloudRefused) -> None:
    parts.metrics.not_polled(one.name, parts.clock())
    log.warning("domain.left_out", domain=one.name, reason=str(error))
