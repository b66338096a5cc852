"""`scanner run`: the service, and with --once one pass over everything that is new."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Annotated, NoReturn

import structlog
import typer
import uvloop

from scanner import logs
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.errors import LedgerUnavailable, RetryLater, ScannerError
from scanner.ledger.rows import Totals
from scanner.metrics import Metrics
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.changes.reread import follow_settings
from scanner.service.engines.selftest import examine_unknown
from scanner.service.joining import work_until_one_comes
from scanner.service.loops import Beside, Role, first_of, serve, stop_on_signals
from scanner.service.once import Summary, run_once
from scanner.service.probes import Front
from scanner.settings import Settings, load_settings
from scanner.web import application, bind, server

log = structlog.get_logger("scanner.service")

START_WAIT = 10.0
"""Seconds between two tries to enter a domain whose API does not answer yet."""


def run(
    config: ConfigOption,
    once: Annotated[bool, typer.Option("--once", help="Read the feeds to their end, finish the work, exit.")] = False,
    no_self_test: Annotated[
        bool,
        typer.Option(
            "--no-self-test",
            help="With --once: scan at once also where the ledger knows no self-test of these engines and signatures.",
        ),
    ] = False,
    role: Annotated[
        Role,
        typer.Option(help="Of a replica: feed reads feeds and does what is done once, worker scans; all is both."),
    ] = Role.ALL,
    json: JsonOption = False,
) -> None:
    """Watch the configured domains and scan every new file version.

    Example: scanner run --config scanner.yaml
    """
    if not once and json:
        _refuse("--json prints the summary of --once. The service's log is JSON wherever it is no terminal.")
    if not once and no_self_test:
        _refuse("--no-self-test belongs to --once. A service examines its engines beside its scans.")
    if once and role is not Role.ALL:
        _refuse("--once reads the feeds and finishes the work: it has no --role.")
    settings = load_or_exit(config)
    if role is not Role.ALL and settings.ledger.file is not None:
        _refuse("--role is for replicas on PostgreSQL. ledger.url names a file, on which one service does everything.")
    logs.configure(level=settings.log.lowest)
    # uvloop: half the cost of a turn of the loop, of which each version takes some twenty.
    with stopped_by_user_errors(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        work = (
            _once(settings, json, self_test=not no_self_test)
            if once
            else _serve(settings, role, partial(load_settings, config))
        )
        code = runner.run(work)
    _leave(code)


def _refuse(why: str) -> NoReturn:
    stop(why, code=ExitCode.USAGE)


async def _serve(settings: Settings, role: Role, reread: Callable[[], Settings]) -> ExitCode:
    stop, again = asyncio.Event(), asyncio.Event()
    stop_on_signals(stop)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.set)

    def follow(parts: Parts, stop: asyncio.Event) -> Coroutine[None, None, None]:
        return follow_settings(parts, reread, again, stop)

    async def work(parts: Parts, stop: asyncio.Event) -> None:
        log.info("service.started", domains=[one.name for one in settings.domains], role=role.value)
        await serve(parts, stop, role, follow)

    metrics, front = Metrics(), Front()
    with closing(bind(settings.http.listen)) as listener:
        web = server(application(metrics.registry, front.live, front.ready))
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        host, port = listener.getsockname()[:2]
        log.info("service.listening", listen=f"{host}:{port}")
        try:
            while not stop.is_set():
                await _work(settings, metrics, front, stop, work)
        finally:
            # Last, so that probes and metrics live as long as anything is still being finished.
            web.should_exit = True
            await serving
    log.info("service.stopped")
    return ExitCode.NOTHING_FOUND


async def _work(settings: Settings, metrics: Metrics, front: Front, stop: asyncio.Event, work: Beside) -> None:
    """Until `stop`, or until a domain comes that was left out; where the API of all is away, a rest."""
    try:
        with _told_plainly():
            async with assembled(settings, metrics) as parts:
                front.parts = parts
                with _not_looked_through():
                    await work_until_one_comes(parts, stop, work)
    except RetryLater as error:
        front.waiting_for = str(error)
        log.warning("service.waiting", reason=str(error))
        await first_of(error.after or START_WAIT, stop)
    finally:
        front.parts = None


@contextmanager
def _not_looked_through() -> Iterator[None]:
    """What is there now lives as long as the service: looking through it for garbage again and again took a fortieth of
    its CPU."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Tasks that run together end with a group: one error is made of it. A ledger that goes away while it is used (its
    disk is full) may come back, unlike one that cannot be opened."""
    try:
        yield
    except BaseExceptionGroup as group:
        known, unforeseen = group.split(ScannerError)
        if known is None or unforeseen is not None:
            raise
        error = _first(known)
        if isinstance(error, LedgerUnavailable):
            stop(str(error), code=ExitCode.UNFINISHED)
        raise error from group


def _first(found: BaseException) -> BaseException:
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


async def _once(settings: Settings, as_json: bool, *, self_test: bool) -> ExitCode:
    stop = asyncio.Event()
    stop_on_signals(stop)
    started = utc_now()
    try:
        with _told_plainly():
            async with assembled(settings) as parts:
                with _not_looked_through():
                    if self_test:
                        await examine_unknown(parts, stop)
                    summary = await run_once(parts, stop)
                totals = await parts.stations.ledger.totals(since=started)
    except RetryLater as error:
        note(f"Nothing could be done: {error}")
        return ExitCode.UNFINISHED
    if stop.is_set():
        summary.unfinished.append("stopped by a signal")
    _print_summary(summary, totals, as_json)
    if summary.unfinished:
        return ExitCode.UNFINISHED
    bad = sum(number for kind, number in totals.verdicts.items() if kind != "clean")
    return ExitCode.FOUND if bad else ExitCode.NOTHING_FOUND


def _print_summary(summary: Summary, totals: Totals, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "events": summary.events,
                "skipped": totals.skipped,
                "verdicts": totals.verdicts,
                "outcomes": totals.outcomes,
                "steps": totals.steps,
                "suppressed": totals.suppressed,
                "unfinished": summary.unfinished,
            }
        )
        return
    say(f"events read      {summary.events}")
    for title, counts in (
        ("skipped", totals.skipped),
        ("verdicts", totals.verdicts),
        ("suppressed", totals.suppressed),
        ("steps", totals.steps),
    ):
        say(f"{title:<16} " + (", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"))
    for reason in summary.unfinished:
        note(f"unfinished: {reason}")


def _leave(code: ExitCode) -> None:
    """A scan thread that outlived the grace would hold the interpreter for minutes; its work was given back already."""
    sys.stdout.flush()
    sys.stderr.flush()
    if any(thread.name.startswith("content") for thread in threading.enumerate()):
        os._exit(code)
    raise typer.Exit(code)
