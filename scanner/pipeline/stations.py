"""What the flow is made of, handed in by the service, so that no part of the flow knows how anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime

from scanner.cloud.port import Cloud
from scanner.files.spool import Spool
from scanner.inspection.panel import Panel
from scanner.ledger.ledger import Ledger
from scanner.model import Account, Run, StepRecord, StepResult
from scanner.pipeline.signals import Signals
from scanner.pipeline.verdict_cache import VerdictCache
from scanner.rulebook.suppressions import SuppressionsInForce
from scanner.settings import DomainSettings, Settings
from scanner.tracing import Tracer


@dataclass(frozen=True, slots=True)
class Domain:
    """One watched domain: its settings, its API, and who we are there."""

    settings: DomainSettings
    cloud: Cloud
    account: Account


@dataclass(slots=True)
class Stations:
    """Everything a version passes through."""

    settings: Settings
    """Others may be put in force while versions are at work; only what each asks for anew ever differs."""
    domains: Mapping[str, Domain]
    ledger: Ledger
    panel: Panel
    spool: Spool
    pool: Executor
    """Threads for the content path; as many as workers.concurrency."""
    signals: Signals
    clock: Callable[[], datetime]
    suppressions: SuppressionsInForce = field(default_factory=SuppressionsInForce)
    cache: VerdictCache | None = None
    """None where every version is to be downloaded."""
    tracer: Tracer = field(default_factory=Tracer)

    async def end_step(self, run: Run, record: StepRecord, result: StepResult) -> StepRecord:
        """Records how a step ended, and tells of it. Gives it as it stands then. Raises Fenced."""
        await self.ledger.record_step(run, record.id, result)
        self.signals.stepped(run, record, result)
        return replace(record, state=result.state, detail=result.detail)
