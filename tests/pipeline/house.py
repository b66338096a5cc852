"""The flow on the in-memory twin, a real ledger and a real clamd, with one version waiting in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import Cloud
from scanner.files.spool import Spool
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.panel import Panel
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.model import FileVersion, Lane, Run
from scanner.pipeline.signals import Signals
from scanner.pipeline.stations import Domain, Stations
from scanner.settings import Settings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PATH = "/Shared/Projects/plan.txt"


@dataclass(slots=True)
class Flow:
    stations: Stations
    cloud: MemoryCloud
    metrics: Metrics
    version: FileVersion

    def put_before(self, cloud: Cloud) -> None:
        """From now on the flow sees this cloud."""
        domain = self.stations.domains["acme"]
        domains = {"acme": Domain(domain.settings, cloud, domain.account)}
        self.stations = replace(self.stations, domains=domains)

    async def take(self) -> Run:
        run = await self.stations.ledger.take("acme", self.version.entry_id)
        assert run is not None
        return run

    async def row(self) -> Any:
        (row,) = [one for one in await self.stations.ledger.verdicts() if one.entry_id == self.version.entry_id]
        return row


@asynccontextmanager
async def flow(folder: Path, clamd: str, content: bytes, **sections: Any) -> AsyncIterator[Flow]:
    """`content` is uploaded by somebody and queued; `sections` are settings."""
    (folder / "token").write_text("t")
    settings = Settings.model_validate(
        {
            "domains": [{"name": "acme", "host": "acme.egnyte.com", "token_file": folder / "token"}],
            "clamav": {"address": clamd, "scan_timeout": "20s"},
            "ledger": {"url": f"sqlite:///{folder}/ledger.db"},
            "spool": {"dir": folder},
            **sections,
        }
    )
    cloud = MemoryCloud()
    cloud.tree.add_folder("/Shared/Projects")
    info = cloud.tree.upload(PATH, content)
    version = FileVersion("acme", info.group_id, info.entry_id, PATH)
    ledger = await Ledger.open(settings.ledger, lambda: NOW, owner=True)
    metrics = Metrics()
    with ThreadPoolExecutor(2) as pool:
        panel = Panel((Containers(settings.clamav.max_stream), Clamd(settings.clamav)))
        domains = {"acme": Domain(settings.domains[0], cloud, await cloud.account())}
        spool = Spool(settings.spool)
        stations = Stations(settings, domains, ledger, panel, spool, pool, Signals(metrics), lambda: NOW)
        await ledger.queue_versions("acme", [version], Lane.LIVE)
        yield Flow(stations, cloud, metrics, version)
    await ledger.close()
