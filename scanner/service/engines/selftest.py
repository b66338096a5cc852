"""The self-test of a service: at start, when signatures or rules have changed, and daily.

In a thread of its own and beside the scans: nothing waits for it. Until its first report the engines are believed as
far as is known of them without it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from scanner.errors import EngineUnavailable
from scanner.inspection.selftest.examination import Outcome, Report, Stopped
from scanner.service.assembly import Parts
from scanner.service.engines.remembered import engines_of, remember

log = structlog.get_logger("scanner.selftest")

LOOK_EVERY = 10.0
"""Seconds from one look at the versions to the next, and from one try to the next while clamd is away."""
AT_LEAST_EVERY = timedelta(days=1)

T = TypeVar("T")


async def follow_self_test(parts: Parts, stop: asyncio.Event) -> None:
    """Until `stop`, or until it is cancelled; both also end an examination after the sample it is at: the process would
    wait for its thread."""
    cancelled = threading.Event()
    tested: tuple[str, str] | None = None
    at = parts.clock()
    pool = ThreadPoolExecutor(1, thread_name_prefix="self-test")
    try:
        while not stop.is_set():
            versions = await _in(pool, lambda: (parts.clamd.version(), parts.rules.version()))
            if versions != tested or parts.clock() - at >= AT_LEAST_EVERY:
                engines = await _engines(pool, parts)
                if await _test(pool, parts, engines, lambda: stop.is_set() or cancelled.is_set()):
                    tested, at = versions, parts.clock()
            await _rest(stop)
    finally:
        cancelled.set()
        pool.shutdown(wait=False, cancel_futures=True)


async def examine_unknown(parts: Parts, stop: asyncio.Event) -> None:
    """One test before anything is scanned, where the ledger has none of these engines; until `stop`, which ends it
    after the sample it is at. For runs that end before one beside the scans would."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="self-test")
    try:
        engines = await _engines(pool, parts)
        if not engines or await parts.stations.ledger.self_tests.last(engines) is None:
            log.info("selftest.first")
            await _test(pool, parts, engines, stop.is_set)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _test(pool: ThreadPoolExecutor, parts: Parts, engines: str, stopped: Callable[[], bool]) -> bool:
    """Whether it came to an end; its report is in force then, and kept where it is conclusive."""
    report = await _examined(pool, parts, stopped)
    if report is None:
        return False
    now = parts.clock()
    take(parts, report, now)
    if not report.inconclusive:
        await remember(parts.stations.ledger, engines, report.spots, now)
    return True


async def _engines(pool: ThreadPoolExecutor, parts: Parts) -> str:
    """By which a report is kept; see `engines_of`."""
    return await _in(pool, lambda: engines_of(parts.settings, parts.clamd, parts.rules))


async def _in(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, call)


async def _examined(pool: ThreadPoolExecutor, parts: Parts, stopped: Callable[[], bool]) -> Report | None:
    """None where it could not be ended: it is tried again. Also a fault of ours is only said: it must not end scans."""
    examiner = replace(parts.examiner, stopped=stopped)
    work = asyncio.get_running_loop().run_in_executor(pool, examiner.examine, parts.spots.now)
    # Where this is cancelled nobody asks how it ended; that must not be told as an error that nobody heeded.
    work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait([work])
    error = work.exception()
    if isinstance(error, EngineUnavailable):
        log.warning("selftest.waiting", reason=str(error))
    elif isinstance(error, Stopped):
        log.info("selftest.stopped")
    elif error is not None:
        log.error("selftest.failed", exc_info=error)
    return None if error is not None else work.result()


def take(parts: Parts, report: Report, now: datetime) -> None:
    """Put a report in force, and publish it."""
    parts.spots.now = report.spots
    outcomes = {kind.value: outcome.value for kind, outcome in report.outcomes.items()}
    parts.metrics.self_tested(outcomes, now, conclusive=not report.inconclusive)
    if report.inconclusive:
        log.warning("selftest.inconclusive", reason=report.inconclusive)
        return
    kinds = {outcome.value: [kind.value for kind in report.kinds(outcome)] for outcome in Outcome}
    write = log.warning if report.kinds(Outcome.BLIND) else log.info
    write("selftest.finished", **kinds, largest=report.spots.largest)


async def _rest(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    except TimeoutError:
        return
