"""Domains that could not be entered when the service started: asked again while the others work, and taken in."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from scanner.errors import CloudRefused, RetryLater
from scanner.service.assembly import Parts
from scanner.service.entering import LeftOut
from scanner.service.loops import Beside, first_of, unless_stopped

log = structlog.get_logger("scanner.service")

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds; each time twice as long. Each try is a call of the domain that is asked, and none of the others'."""


async def work_until_one_comes(parts: Parts, stop: asyncio.Event, work: Beside) -> None:
    """`work` until `stop`, or until a domain that was left out can be entered: then all is to be assembled anew."""
    over = asyncio.Event()
    waiting = asyncio.create_task(_pass_on(parts, stop, over))
    try:
        await work(parts, over)
    finally:
        waiting.cancel()
        await asyncio.wait((waiting,))
    if not waiting.cancelled():
        waiting.result()


async def _pass_on(parts: Parts, stop: asyncio.Event, over: asyncio.Event) -> None:
    """The order to stop at once, also in the middle of a call; and whatever becomes of the asking."""
    try:
        await unless_stopped(stop, partial(_wait_for_one, parts, stop))
    finally:
        over.set()


async def _wait_for_one(parts: Parts, stop: asyncio.Event) -> None:
    rest = FIRST_REST
    for one in parts.left_out:
        _tell(parts, one, one.trouble)
    if not parts.left_out:
        await stop.wait()
    while not stop.is_set():
        await first_of(rest, stop)
        if not stop.is_set() and any([await _answers(parts, one) for one in parts.left_out]):
            return
        rest = min(2 * rest, LONGEST_REST)


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
