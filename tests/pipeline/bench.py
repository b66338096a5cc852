"""The flow on a bench: a domain in memory, a real ledger, the real engines, and troubles to order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.memory_tree import OWN_ID, OWN_NAME
from scanner.cloud.port import Download, FileInfo, Priority
from scanner.files.spool import Spool
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.panel import Panel
from scanner.inspection.rule_engine import RuleEngine
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.model import Account, Cursor, EntryId, FileVersion, GroupId, Lane, Run, Skip, Skipped
from scanner.pipeline.signals import Signals
from scanner.pipeline.stations import Domain, Stations
from scanner.rulebook.load import load_rulebook
from scanner.settings import Settings
from tests.journeys.world import RULES
from tests.ledger.world import NOON, noon

Happening = Callable[[], object] | Exception


class TroubledCloud(MemoryCloud):
    """What is written in `before` happens before the next call of that method, once."""

    def __init__(self) -> None:
        super().__init__(noon)
        self.before: dict[str, Happening] = {}
        self.opened = 0

    def _happen(self, call: str) -> None:
        happening = self.before.pop(call, None)
        if isinstance(happening, Exception):
            raise happening
        if happening is not None:
            happening()

    async def file(self, group_id: GroupId, *, priority: Priority) -> FileInfo:
        self._happen("file")
        return await super().file(group_id, priority=priority)

    async def move(self, group_id: GroupId, destination: str) -> str:
        self._happen("move")
        return await super().move(group_id, destination)

    @contextmanager
    def open_content(self, group_id: GroupId, entry_id: EntryId, *, priority: Priority) -> Iterator[Download]:
        self.opened += 1
        self._happen("open_content")
        with super().open_content(group_id, entry_id, priority=priority) as download:
            yield download


@dataclass
class Bench:
    stations: Stations
    cloud: TroubledCloud
    metrics: Metrics

    @property
    def ledger(self) -> Ledger:
        return self.stations.ledger

    async def queue(self, path: str, content: bytes) -> FileVersion:
        """An upload of which the ledger knows."""
        info = self.cloud.tree.upload(path, content)
        version = FileVersion("acme", info.group_id, info.entry_id, path, actor=41, uploaded_at=NOON)
        await self.ledger.queue_versions("acme", [version], Lane.LIVE)
        return version

    async def read_feed(self) -> None:
        """The ledger learns of what people did; nothing of it is queued."""
        page = await self.cloud.events_after(Cursor(0), 100)
        skipped = Skipped(Skip.NO_NEW_CONTENT)
        await self.ledger.record_page("acme", page.events, page.cursor, lambda event, known: skipped)

    async def take(self, version: FileVersion) -> Run:
        run = await self.ledger.take(version.domain, version.entry_id)
        assert run is not None
        return run

    async def told(self, version: FileVersion) -> tuple[str, str, str | None]:
        """Kind, first reason and outcome, as the ledger tells them."""
        (found,) = await self.ledger.explain(version.entry_id)
        return found.kind.value, next(iter(found.reasons), ""), found.outcome

    async def steps(self, version: FileVersion) -> list[tuple[str, str]]:
        (found,) = await self.ledger.explain(version.entry_id)
        return [(step["kind"], step["state"]) for step in found.steps]

    def count(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"scanner_{name}", labels)

    def place(self, version: FileVersion) -> str:
        return self.cloud.tree.by_group(version.group_id).path


@asynccontextmanager
async def bench(
    folder: Path, clamd: str, clock: Callable[[], datetime] = noon, **sections: Any
) -> AsyncIterator[Bench]:
    (folder / "token").write_text("guards-nothing")
    domain = {"name": "acme", "host": "acme.egnyte.com", "token_file": str(folder / "token")}
    written = {
        "clamav": {"address": clamd, "scan_timeout": "20s"},
        "ledger": {"url": f"sqlite:///{folder}/ledger.db"},
        "spool": {"dir": str(folder)},
    }
    settings = Settings.model_validate({"domains": [domain], **written, **sections})
    metrics, cloud = Metrics(), TroubledCloud()
    rules = RuleEngine(load_rulebook([RULES / "disguise"]))
    panel = Panel((Containers(settings.clamav.max_stream), Clamd(settings.clamav), rules))
    domains = {"acme": Domain(settings.domains[0], cloud, Account(OWN_ID, OWN_NAME, "admin"))}
    ledger = await Ledger.open(settings.ledger, clock, owner=True)
    with ThreadPoolExecutor(2) as pool:
        yield Bench(
            Stations(settings, domains, ledger, panel, Spool(settings.spool), pool, Signals(metrics), clock),
            cloud,
            metrics,
        )
    await ledger.close()
