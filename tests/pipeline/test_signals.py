from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from scanner.errors import CloudUnavailable
from scanner.metrics import Metrics
from scanner.model import (
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Lane,
    Outcome,
    Run,
    RunToken,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)
from scanner.pipeline.signals import Signals

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt", uploaded_at=NOW - timedelta(seconds=7))
RUN = Run(RunToken("t"), VERSION, Lane.LIVE, starts=1, attempts=1)
INFECTED = Verdict(VERSION, VerdictKind.INFECTED, ("X",), (Inspection("clamd", "1", (Finding("clamd", "X", True),)),))
RECORD = StepRecord(1, Step(StepKind.QUARANTINE), StepState.INTENDED)


@pytest.fixture
def metrics():
    return Metrics()


def told(act):
    with capture_logs() as lines:
        act()
    return [(line["event"], line["log_level"]) for line in lines]


CASES = [
    (
        lambda s: s.judged(RUN, INFECTED, NOW),
        ("verdict.recorded", "warning"),
        "verdicts",
        {"verdict": "infected", "trigger": "event"},
    ),
    (lambda s: s.ended(RUN, Outcome.GONE), ("work.ended", "info"), "outcomes", {"outcome": "gone"}),
    (
        lambda s: s.deferred(RUN, Gap(Unchecked.THROTTLED), NOW),
        ("work.deferred", "info"),
        "outcomes",
        {"outcome": "deferred"},
    ),
    (
        lambda s: s.stepped(RUN, RECORD, StepResult(StepState.FAILED, {"error": "no right"})),
        ("step.recorded", "error"),
        "steps",
        {"step": "quarantine", "result": "failed"},
    ),
    (lambda s: s.unforeseen(ValueError("x")), ("work.failed", "error"), "unhandled_exceptions", {"loop": "dispatcher"}),
]


@pytest.mark.parametrize(("act", "line", "metric", "labels"), CASES)
def test_a_fact_is_a_line_and_a_count(metrics, act, line, metric, labels):
    signals = Signals(metrics)

    assert told(lambda: act(signals)) == [line]
    assert metrics.registry.get_sample_value(f"scanner_{metric}_total", labels) == 1


def test_a_version_that_was_judged_is_told_once_with_its_verdict(metrics):
    assert told(lambda: Signals(metrics).ended(RUN, Outcome.JUDGED)) == []
    assert metrics.registry.get_sample_value("scanner_outcomes_total", {"outcome": "judged"}) == 1


def test_waiting_and_fenced_work_is_told(metrics):
    signals = Signals(metrics)

    assert told(lambda: signals.waiting(RUN, CloudUnavailable("cut"))) == [("step.waiting", "warning")]
    assert told(signals.fenced) == [("work.fenced", "warning")]
