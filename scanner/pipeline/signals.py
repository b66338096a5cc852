"""What the flow tells the outside: a log line and a count at the end of each thing. Nothing decides on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from scanner import tracing
from scanner.errors import RetryLater
from scanner.metrics import Metrics
from scanner.model import (
    FileVersion,
    Gap,
    Inspection,
    Lane,
    Outcome,
    Run,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)

log = structlog.get_logger("scanner.pipeline")

TRIGGERS = {Lane.LIVE: "event", Lane.RECONCILE: "sweep", Lane.RESCAN: "retro", Lane.BACKFILL: "manual"}
"""The words of the metrics for why a version is looked at."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Signals:
    """One call per fact; safe from worker threads."""

    def __init__(self, metrics: Metrics, clock: Callable[[], datetime] = _utc_now) -> None:
        self._metrics = metrics
        self._clock = clock

    def judged(self, run: Run, verdict: Verdict, now: datetime) -> None:
        self._metrics.judged(verdict, TRIGGERS[run.lane], now)
        tracing.tell(
            keep=verdict.kind is not VerdictKind.CLEAN,
            verdict=verdict.kind.value,
            reasons=list(verdict.reasons),
            reused=verdict.reused is not None,
        )
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
        tracing.tell(outcome=outcome.value, error="failed" if outcome is Outcome.FAILED else "")
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
        error = "" if gap.reason is Unchecked.SHUTDOWN else gap.reason.value
        tracing.tell(outcome=Outcome.DEFERRED.value, gap=gap.reason.value, error=error)
        log.info("work.deferred", reason=gap.reason.value, detail=gap.detail, due=due.isoformat(), starts=run.starts)

    def waiting(self, run: Run, error: RetryLater) -> None:
        tracing.since_last("remediate", error=type(error).__name__, result="waiting")
        tracing.tell(outcome="waiting", error=type(error).__name__)
        log.warning("step.waiting", reason=str(error), path=run.version.path)

    def stepped(self, run: Run, record: StepRecord, result: StepResult) -> None:
        self._metrics.steps.labels(step=record.step.kind.value, result=result.state.value).inc()
        uploaded_at = run.version.uploaded_at
        moved = record.step.kind is StepKind.QUARANTINE and result.state is StepState.SUCCESS
        if moved and uploaded_at is not None:
            self._metrics.detections.out_of_reach((self._clock() - uploaded_at).total_seconds())
        failed = result.state is StepState.FAILED
        error = "failed" if failed else ""
        tracing.since_last("remediate", error=error, step=record.step.kind.value, result=result.state.value)
        tracing.tell(keep=True)
        level = log.error if failed else log.info
        level("step.recorded", step=record.step.kind.value, result=result.state.value, **dict(result.detail))

    def fenced(self) -> None:
        tracing.tell(outcome="fenced")
        log.warning("work.fenced")

    def unforeseen(self, error: Exception) -> None:
        self._metrics.unhandled_exceptions.labels(loop="dispatcher").inc()
        tracing.tell(error=type(error).__name__)
        log.error("work.failed", exc_info=error)

    def inspected(self, inspections: tuple[Inspection, ...], size: int) -> None:
        self._metrics.inspected(inspections, size)
        tracing.timed([_span_of(one) for one in inspections])

    def cache_asked(self, result: str) -> None:
        self._metrics.caching.lookups.labels(result).inc()

    def cache_audited(self, result: str) -> None:
        self._metrics.caching.audits.labels(result).inc()

    def cache_doubted(self, version: FileVersion, why: str, detail: str) -> None:
        log.error("cache.differs", why=why, detail=detail, path=version.path, remedy="scanner cache status")


def _span_of(one: Inspection) -> tuple[str, float, dict[str, tracing.Value], str]:
    about: dict[str, tracing.Value] = {"engine": one.engine, "findings": len(one.findings)}
    if one.gap is not None:
        about["gap"] = one.gap.reason.value
    unchecked = one.gap is not None and isinstance(one.gap.reason, Unchecked)
    return f"inspect {one.engine}", one.seconds, about, str(about["gap"]) if unchecked else ""
