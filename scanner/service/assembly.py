"""Everything a running service is made of, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.cloud.stored_tokens import StoredTokens
from scanner.events.feed import Feed
from scanner.events.intake import Scope, decide
from scanner.files.spool import Spool
from scanner.health import Heartbeats
from scanner.inspection.apart import Once
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamds import Clamds
from scanner.inspection.generation import Generation, fixed_by
from scanner.inspection.panel import Panel
from scanner.inspection.recall import Recall
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import KnownBlindSpots
from scanner.inspection.selftest.examiners import Examiners
from scanner.inspection.yara.scanning import YaraScanner
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.model import Disposition, Event, Known
from scanner.pipeline.folder_listing import FolderListing
from scanner.pipeline.signals import Signals
from scanner.pipeline.stations import Domain, Stations
from scanner.pipeline.verdict_cache import VerdictCache
from scanner.rulebook.load import load_rulebook
from scanner.rulebook.rule import Rulebook
from scanner.rulebook.suppressions import SuppressionsInForce, load_suppressions
from scanner.service.audit import record_start
from scanner.service.calls.quotas import Quotas
from scanner.service.changes.rules import announce_rules
from scanner.service.changes.suppressions import put_in_force
from scanner.service.changes.watching import stamp_of
from scanner.service.changes.yara import announce, load_yara
from scanner.service.engines.clamds import told, told_refusal
from scanner.service.engines.engines import examiners_of, panel_of, unpacker_of
from scanner.service.engines.remembered import remembered
from scanner.service.engines.sandbox import tell
from scanner.service.entering import LeftOut, entered
from scanner.service.traces.asked import tracer_from
from scanner.settings import DomainSettings, Settings
from scanner.tracing import Tracer


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loops turn."""

    settings: Settings
    stations: Stations
    feeds: dict[str, Feed]
    scopes: dict[str, Scope]
    clamd: Clamds
    rules: RuleEngine
    yara: YaraScanner
    spots: KnownBlindSpots
    examiner: Examiners
    metrics: Metrics
    heartbeats: Heartbeats
    quotas: Quotas
    stores: Sequence[StoredTokens]
    """Tokens that somebody has to keep fresh."""
    clock: Callable[[], datetime]
    left_out: Sequence[LeftOut] = ()
    """Domains that did not say who we are. The others do not wait for them."""

    def beat(self, loop: str, resting: float = 0.0) -> None:
        """A loop has turned; `resting`: seconds it means to do nothing. `poller:acme` is a loop of the kind poller."""
        now = self.clock()
        self.heartbeats.beat(loop, now, resting)
        self.metrics.loop_turned(loop.partition(":")[0], now)


@asynccontextmanager
async def assembled(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[Parts]:
    """Open ledger, rules, engines and each domain's API. Raises ConfigurationError, LedgerUnavailable, and RetryLater
    where no domain says who we are."""
    metrics = metrics or Metrics()
    rulebook = load_rulebook(settings.rules.paths)
    announce_rules(rulebook, metrics, utc_now())
    suppressions = load_suppressions(settings.suppressions.paths)
    in_force = SuppressionsInForce()
    async with AsyncExitStack() as stack:
        stack.enter_context(_log_lines_counted(metrics))
        tracer = await stack.enter_async_context(tracer_from(os.environ))
        signals = Signals(metrics, utc_now)
        ledger = await Ledger.open(settings.ledger, utc_now, owner=True, on_gone=signals.told_gone)
        stack.push_async_callback(ledger.close)
        await put_in_force(suppressions, in_force, ledger, metrics, utc_now())
        await record_start(settings, rulebook, suppressions, ledger)
        engines = await _engines(settings, rulebook, metrics, stack)
        engines.spots.now = await remembered(settings, engines.clamd, engines.rules, ledger)
        there = await entered(settings, ledger, metrics, stack, utc_now)
        domains = there.domains
        pool = ThreadPoolExecutor(settings.workers.concurrency, thread_name_prefix="content")
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        spool, panel = Spool(settings.spool), engines.panel
        cache = cache_of(settings, ledger, engines.generation, engines.rules, panel, signals)
        stations = Stations(settings, domains, ledger, panel, spool, pool, signals, utc_now, in_force, cache, tracer)
        scopes = {name: scope_of(domain) for name, domain in domains.items()}
        feeds = {name: _feed(domain, scopes[name], ledger, settings, tracer) for name, domain in domains.items()}
        yield Parts(
            settings,
            stations,
            feeds,
            scopes,
            engines.clamd,
            engines.rules,
            engines.yara,
            engines.spots,
            engines.examiner,
            metrics,
            Heartbeats(),
            there.quotas,
            tuple(there.stores),
            utc_now,
            there.left_out,
        )


@dataclass(frozen=True, slots=True)
class _Engines:
    """Those of the panel that somebody else asks as well, and what follows from them."""

    clamd: Clamds
    yara: YaraScanner
    rules: RuleEngine
    spots: KnownBlindSpots
    panel: Panel
    examiner: Examiners
    generation: Generation


async def _engines(settings: Settings, rulebook: Rulebook, metrics: Metrics, stack: AsyncExitStack) -> _Engines:
    clamd = Clamds(settings.clamav, told, HandOver(settings.spool.dir, told_refusal))
    yara = await _enter_yara(settings, metrics, stack)
    fixed = fixed_by(settings)
    unpacker = unpacker_of(settings, tell)
    stack.callback(unpacker.close)
    once = Once(unpacker)
    rules = RuleEngine(rulebook, yara, once)
    spots = KnownBlindSpots()
    panel = panel_of(settings, clamd, rules, once, spots)
    loaded = await asyncio.to_thread(stamp_of, settings.clamav.signature_folders)
    generation = Generation(fixed, clamd, spots, lambda: yara.rules, loaded)
    return _Engines(clamd, yara, rules, spots, panel, examiners_of(settings, rules, once), generation)


def cache_of(  # noqa: PLR0917 -- each is of a type of its own
    settings: Settings, ledger: Ledger, generation: Generation, rules: RuleEngine, panel: Panel, signals: Signals
) -> VerdictCache | None:
    if not settings.cache.enabled:
        return None
    listing = FolderListing(ledger.checksums, settings.cache.list_from, utc_now)
    return VerdictCache(settings.cache, ledger.cache, listing, generation, Recall(rules), panel.names, signals, utc_now)


@contextmanager
def _log_lines_counted(metrics: Metrics) -> Iterator[None]:
    """On the root logger, so that the lines of libraries count too."""
    counter, root = metrics.log_counter(), logging.getLogger()
    root.addHandler(counter)
    try:
        yield
    finally:
        root.removeHandler(counter)


async def _enter_yara(settings: Settings, metrics: Metrics, stack: AsyncExitStack) -> YaraScanner:
    rules = await asyncio.to_thread(load_yara, settings)
    announce(rules, metrics)
    yara = YaraScanner(rules, settings.yara, metrics.yara_timed_out, settings.spool.dir)
    stack.callback(yara.close)
    return yara


def scope_of(domain: Domain) -> Scope:
    """What of a domain is scanned, and who we are there."""
    return scope_in(domain.settings, domain.account.id)


def scope_in(settings: DomainSettings, own_user_id: int) -> Scope:
    """The quarantine folder never is."""
    return Scope(
        domain=settings.name,
        watch=tuple(settings.watch),
        ignore=(*settings.ignore, settings.quarantine_folder),
        own_user_id=own_user_id,
    )


def _feed(domain: Domain, scope: Scope, ledger: Ledger, settings: Settings, tracer: Tracer) -> Feed:
    def disposition(event: Event, known: Known) -> Disposition:
        return decide(event, scope, known)

    return Feed(domain.settings.name, domain.cloud, ledger, disposition, settings.events, utc_now, tracer=tracer)
