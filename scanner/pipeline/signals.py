"""What the flow tells the outside: a log line and a count at the end of each thing. Nothing decides on it."""

from __future__ import annotations

from datetime import datetime

import structlog

from scanner.errors import RetryLater
from scanner.metrics import Metrics
from scanner.model import Gap, Inspection, Lane, Outcome, Run, StepRecord, StepResult, StepState, Verdict, VerdictKind

log = structlog.get_logger("scanner.pipeline")

TRIGGERS = {Lane.LIVE: "event", Lane.RECONCILE: "sweep", Lane.RESCAN: "retro", Lane.BACKFILL: "manual"}
"""The words of the metrics for why a version is looked at."""


class Signals:
    """One call per fact; safe from worker threads."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def judged(self, run: Run, verdict: Verdict, now: datetime) -> None:
        self._metrics.judged(verdict, TRIGGERS[run.lane], now)
        level = log.info if verdict.kind is VerdictKind.CLEAN else log.warning
        level(
            "verdict.recorded",
            verdict=verdict.kind.value,
            reasons=list(verdict.reasons),
            path=run.version.path,
            size_bytes=verdict.content.size if verdict.content else None,
            sha256=verdict.content.sha256 if verdict.content else None,
        )

    def ended(self, run: Run, outcome: Outcome) -> None:
        self._metrics.outcomes.labels(outcome=outcome.value).inc()
        if outcome is not Outcome.JUDGED:
            log.info("work.ended", outcome=outcome.value, path=run.version.path)

    def told_gone(self, versions: int) -> None:
        """Versions that were not found ended as gone, since their deletion was told; those given up before had ended
        as failed."""
        self._metrics.outcomes.labels(outcome=Outcome.GONE.value).inc(versions)
        if versions:
            log.info("work.gone", versions=versions)

    def deferred(self, run: Run, gap: Gap, due: datetime) -> None:
        self._metrics.outcomes.labels(outcome=Outcome.DEFERRED.value).inc()
        log.info("work.deferred", reason=gap.reason.value, detail=gap.detail, due=due.isoformat(), starts=run.starts)

    def waiting(self, run: Run, error: RetryLater) -> None:
        log.warning("step.waiting", reason=str(error), path=run.version.path)

    def stepped(self, run: Run, record: StepRecord, result: StepResult) -> None:
        self._metrics.steps.labels(step=record.step.kind.value, result=result.state.value).inc()
        level = log.error if result.state is StepState.FAILED else log.info
        level("step.recorded", step=record.step.kind.value, result=result.state.value, **dict(result.detail))

    def fenced(self) -> None:
        log.warning("work.fenced")

    def unforeseen(self, error: Exception) -> None:
        self._metrics.unhandled_exceptions.labels(loop="dispatcher").inc()
        log.error("work.failed", exc_info=error)

    def inspected(self, inspections: tuple[Inspection, ...], size: int) -> None:
        self._metrics.inspected(inspections, size)
