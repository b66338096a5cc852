"""Each fact of the flow is one line of the log and one count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from scanner.errors import CloudUnavailable
from scanner.metrics import Metrics
from scanner.model import (
    Gap,
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
)
from scanner.pipeline.signals import TRIGGERS, Signals
from scanner.tracing import Trace, Tracer
from tests.ledger.world import NOON, clean, infected, version

RUN = Run(RunToken("t"), version("a", uploaded_at=NOON), Lane.RECONCILE, starts=2, attempts=1)
MOVE = StepRecord(1, Step(StepKind.QUARANTINE), StepState.PLANNED)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"scanner_{name}", labels)


def test_a_verdict_is_counted_by_what_led_to_it_and_a_bad_one_is_a_warning(metrics: Metrics) -> None:
    with capture_logs() as told:
        Signals(metrics).judged(RUN, clean(RUN.version), NOON + timedelta(seconds=3))
        Signals(metrics).judged(RUN, infected(RUN.version, "Eicar"), NOON)
    assert [(one["event"], one["log_level"], one["verdict"]) for one in told] == [
        ("verdict.recorded", "info", "clean"),
        ("verdict.recorded", "warning", "infected"),
    ]
    assert value(metrics, "verdicts_total", verdict="clean", trigger="sweep") == 1
    assert value(metrics, "upload_to_verdict_seconds_sum", trigger="sweep") == 3


def test_every_lane_has_a_trigger_of_the_metrics() -> None:
    assert set(TRIGGERS) == set(Lane)


def test_versions_whose_deletion_was_told_later_count_as_gone(metrics: Metrics) -> None:
    with capture_logs() as told:
        for versions in (0, 2):
            Signals(metrics).told_gone(versions)
    assert (value(metrics, "outcomes_total", outcome="gone"), [one["versions"] for one in told]) == (2, [2])


@pytest.mark.parametrize(("outcome", "lines"), [(Outcome.JUDGED, 0), (Outcome.GONE, 1), (Outcome.SUPERSEDED, 1)])
def test_an_end_is_counted_and_told_where_no_verdict_told_it(metrics: Metrics, outcome: Outcome, lines: int) -> None:
    with capture_logs() as told:
        Signals(metrics).ended(RUN, outcome)
    assert (len(told), value(metrics, "outcomes_total", outcome=outcome.value)) == (lines, 1)


def test_work_that_waits_tells_why_and_until_when(metrics: Metrics) -> None:
    with capture_logs() as told:
        Signals(metrics).deferred(RUN, Gap(Unchecked.ENGINE_DOWN, "gone"), NOON)
        Signals(metrics).waiting(RUN, CloudUnavailable("no answer"))
    assert told[0] == {
        "event": "work.deferred",
        "log_level": "info",
        "reason": "engine-down",
        "detail": "gone",
        "due": NOON.isoformat(),
        "starts": 2,
    }
    assert (told[1]["event"], told[1]["reason"]) == ("step.waiting", "no answer")
    assert value(metrics, "outcomes_total", outcome="deferred") == 1


@pytest.mark.parametrize(("state", "level"), [(StepState.SUCCESS, "info"), (StepState.FAILED, "error")])
def test_a_step_tells_what_it_left_behind(metrics: Metrics, state: StepState, level: str) -> None:
    with capture_logs() as told:
        Signals(metrics).stepped(RUN, MOVE, StepResult(state, {"path": "/Shared/Quarantine/a"}))
    assert told == [
        {
            "event": "step.recorded",
            "log_level": level,
            "step": "quarantine",
            "result": state.value,
            "path": "/Shared/Quarantine/a",
        }
    ]
    assert value(metrics, "steps_total", step="quarantine", result=state.value) == 1


def test_a_bad_file_stood_open_from_its_upload_until_it_was_moved(metrics: Metrics) -> None:
    signals = Signals(metrics, lambda: NOON + timedelta(seconds=40))
    for state in (StepState.FAILED, StepState.SUCCESS):
        signals.stepped(RUN, MOVE, StepResult(state))
    assert [value(metrics, f"exposure_seconds_{part}") for part in ("count", "sum")] == [1, 40]


def test_a_defect_is_an_error_with_its_cause_and_a_lost_claim_a_warning(metrics: Metrics) -> None:
    cause = ZeroDivisionError()
    with capture_logs() as told:
        Signals(metrics).unforeseen(cause)
        Signals(metrics).fenced()
    assert told == [
        {"event": "work.failed", "log_level": "error", "exc_info": cause},
        {"event": "work.fenced", "log_level": "warning"},
    ]
    assert value(metrics, "unhandled_exceptions_total", loop="dispatcher") == 1


def test_an_inspection_is_counted_by_engine(metrics: Metrics) -> None:
    Signals(metrics).inspected((Inspection("clamd", "ClamAV 1.4"), Inspection("rules", "1")), 7)
    assert value(metrics, "inspections_total", engine="clamd", result="complete") == 1
    assert value(metrics, "scanned_bytes_total", engine="rules") == 7


SOON = NOON + timedelta(seconds=3)
DONE = StepResult(StepState.SUCCESS)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (lambda on: on.judged(RUN, clean(RUN.version), NOON), (False, "")),
        (lambda on: on.judged(RUN, infected(RUN.version, "Eicar"), NOON), (True, "")),
        (lambda on: on.stepped(RUN, MOVE, DONE), (True, "")),
        (lambda on: on.waiting(RUN, CloudUnavailable("it is away")), (True, "CloudUnavailable")),
        (lambda on: on.deferred(RUN, Gap(Unchecked.ENGINE_DOWN), SOON), (True, "engine-down")),
        (lambda on: on.deferred(RUN, Gap(Unchecked.SHUTDOWN), SOON), (False, "")),
        (lambda on: (on.unforeseen(KeyError("x")), on.deferred(RUN, Gap(Unchecked.POISON), SOON)), (True, "KeyError")),
        (lambda on: on.ended(RUN, Outcome.GONE), (False, "")),
        (lambda on: on.ended(RUN, Outcome.FAILED), (True, "failed")),
        (lambda on: on.fenced(), (False, "")),
    ],
)
def test_a_trace_is_kept_for_what_was_found_and_what_went_wrong(
    metrics: Metrics, told: Callable[[Signals], object], kept: tuple[bool, str]
) -> None:
    sent: list[Trace] = []
    with capture_logs(), Tracer(lambda trace, _: sent.append(trace)).settling():
        told(Signals(metrics))

    assert [(one.kept, one.error) for one in sent] == [kept]
