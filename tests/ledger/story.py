"""One small ledger in which a bit of everything has happened."""

from scanner.ledger import queries
from scanner.ledger.orders import releasing
from scanner.ledger.work import intake, working
from scanner.model import (
    Cursor,
    FileVersion,
    Gap,
    Inspection,
    Lane,
    Outcome,
    Plan,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import after, clean, event, infected, queue_all, took, version

MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/x"})
NOTE = Step(StepKind.COMMENT, {"body": "moved"})
BACK = Step(StepKind.RELEASE, {"destination": "/Shared/x"})


def decide(one, known):
    return Skipped(Skip.FOLDER) if one.entry_id == "folder" else queue_all(one, known)


def moved(connection, name: str, at: int, *reasons: str, state: StepState = StepState.SUCCESS) -> None:
    """Judged infected, with a move that came as far as `state`, and a comment still to come."""
    run = took(connection, name)
    move, _ = working.record_verdict(
        connection, run, infected(run.version, *reasons), Plan((MOVE, NOTE), reasons), after(at)
    )
    if state is not StepState.BRAKED:
        working.begin_step(connection, run, move.id, after(at + 1))
    if state is not StepState.INTENDED:
        detail = {"origin": f"/Shared/{name}.txt", "path": f"/Shared/Q/{name}"}
        working.record_step(connection, run, move.id, StepResult(state, detail), after(at + 2))
    working.defer(connection, run, None, after(at + 3), False)


def released(connection, name: str, at: int) -> None:
    row = next(one for one in queries.quarantined(connection, "acme") if one.entry_id == name)
    step = releasing.begin(connection, row, BACK, after(at))
    releasing.record(connection, step.id, StepResult(StepState.SUCCESS, {"path": "/Shared/x"}), after(at))


def fill(connection) -> None:
    page = [event(1, "clean"), event(2, "folder"), event(3, "eicar"), event(4, "later"), event(5, "down")]
    intake.set_feed(connection, "acme", Cursor(0))
    intake.record_events(connection, "acme", page, decide, after(10))
    intake.queue_versions(connection, [version("new", "bolt", size=7)], Lane.BACKFILL, after(11))
    run = took(connection, "clean")
    working.settle(connection, run, clean(run.version), after(20))
    moved(connection, "eicar", 30, "Eicar", "rule-1")
    moved(connection, "back", 40, "rule-1")
    released(connection, "back", 49)
    moved(connection, "begun", 50, "Eicar", state=StepState.INTENDED)
    moved(connection, "braked", 60, "Eicar", state=StepState.BRAKED)
    working.defer(connection, took(connection, "later"), Gap(Unchecked.ENGINE_ERROR, "odd"), after(900), True)
    working.defer(connection, took(connection, "down"), Gap(Unchecked.ENGINE_DOWN, "no answer"), after(900), False)
    working.finish(connection, took(connection, "gone"), Outcome.GONE, None, after(70))
    took(connection, "running")
    run = took(connection, "poison")
    working.record_verdict(connection, run, unchecked(run.version), Plan(), after(80))
    working.finish(connection, run, Outcome.FAILED, None, after(81))
    intake.record_gap(connection, "acme", "expired", (None, None), after(90))


def unchecked(of: FileVersion) -> Verdict:
    gap = Gap(Unchecked.POISON, "5 starts")
    return Verdict(of, VerdictKind.UNCHECKED, ("poison",), (Inspection("fetch", "", gap=gap),))
