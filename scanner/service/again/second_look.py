"""Versions looked at once more for what nobody asked when they were judged: downloaded within the API budget, through
the engines of a service. Nothing is judged, and nothing done about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from enum import Enum

from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Cloud, Priority
from scanner.errors import CloudRefused, EngineUnavailable, NotFound
from scanner.files.spool import Spool
from scanner.files.stream import open_version
from scanner.inspection.apart import Once
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamds import Clamds
from scanner.inspection.containers import Containers
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rule_engine import Examined, RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import WAITING_REASONS, FileVersion, Gap, Unchecked
from scanner.pipeline.inquiry import AskThePlatform
from scanner.rulebook.rule import Rulebook
from scanner.rulebook.yara_rules import YaraRules
from scanner.service.engines.engines import unpacker_of
from scanner.settings import Settings


class Gone(Enum):
    """The platform has this version no more."""

    GONE = "gone"


class SecondLook:
    """Over versions of the past; several at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        clouds: Mapping[str, Cloud],
        panel: Panel,
        rules: RuleEngine,
        once: Once,
        pool: ThreadPoolExecutor,
    ) -> None:
        """`panel`: all engines but the rules, whose asking is wanted whole. They share `once`."""
        self._clouds = clouds
        self._panel = panel
        self._rules = rules
        self._once = once
        self._pool = pool
        self._spool = Spool(settings.spool)
        self._max_file = settings.spool.max_file
        self.at_once = settings.workers.concurrency

    async def at(self, version: FileVersion) -> Examined | Gap | Gone:
        """Raises RetryLater where the API's budget is spent, or an engine is away."""
        inquiry = AskThePlatform(self._clouds[version.domain], version, asyncio.get_running_loop())
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, self._look, version, inquiry)
        except NotFound:
            return Gone.GONE
        except CloudRefused as error:
            return Gap(Unchecked.ACCESS_REFUSED, str(error))
        if isinstance(found, Gap) and found.reason in WAITING_REASONS:
            raise EngineUnavailable(f"{found.reason.value}: {found.detail}")
        return found

    def _look(self, version: FileVersion, inquiry: AskThePlatform) -> Examined | Gap:
        gap = self._panel.ready() or self._rules.ready()
        if gap is not None:
            return gap
        cloud = self._clouds[version.domain]
        with open_version(cloud, version, self._spool, max_file=self._max_file, priority=Priority.BACKFILL) as content:
            if isinstance(content, Gap):
                return content
            with self._once.shared(content):
                looks = self._panel.inspect(version, inquiry, content)
                # Signatures are facts, too: they must not be missing because clamd went away.
                gap = next((look.gap for look in looks if look.gap is not None and look.gap.transient), None)
                earlier = tuple(finding for look in looks for finding in look.findings)
                return gap or self._rules.examine(version, inquiry, content, earlier)


@asynccontextmanager
async def second_look(settings: Settings, rulebook: Rulebook, yara_rules: YaraRules) -> AsyncIterator[SecondLook]:
    """With engines and clients of its own, beside a service. Raises ConfigurationError."""
    async with AsyncExitStack() as stack:
        yara = YaraScanner(yara_rules, settings.yara, folder=settings.spool.dir)
        stack.callback(yara.close)
        unpacker = unpacker_of(settings)
        stack.callback(unpacker.close)
        once = Once(unpacker)
        clamds = Clamds(settings.clamav, hand_over=HandOver(settings.spool.dir))
        lookers = (Containers(settings.clamav.max_stream, BlindSpots), clamds)
        clouds: dict[str, Cloud] = {}
        for domain in settings.domains:
            clouds[domain.name] = client = EgnyteClient(domain)
            stack.push_async_callback(client.close)
        pool = ThreadPoolExecutor(settings.workers.concurrency, thread_name_prefix="content")
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        panel = Panel(lookers, Members(once, lookers, BlindSpots))
        yield SecondLook(
            settings, clouds=clouds, panel=panel, rules=RuleEngine(rulebook, yara, once), once=once, pool=pool
        )
