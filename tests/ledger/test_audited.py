"""What ends on record as an act, in the transaction of the act."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import holding, releasing
from scanner.ledger.orders.holding import Decision
from scanner.ledger.proofs import audit
from scanner.ledger.queries import quarantined
from scanner.ledger.walks import walking
from scanner.ledger.work import dead_letters, intake, working
from scanner.model import (
    Brake,
    Gap,
    Hold,
    Inspection,
    Outcome,
    Plan,
    Run,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import after, infected, took


def told(connection) -> list[tuple[str, str, str, Any]]:
    return [(one.actor, one.action, one.subject, json.loads(one.detail)) for one in audit.page(connection, 0)]


def planned(connection) -> tuple[Run, StepRecord]:
    run = took(connection, "e")
    plan = Plan((Step(StepKind.QUARANTINE, {"destination": "/Q/e"}),), ("Eicar",))
    (record,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), plan, after(1))
    return run, record


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (StepState.SUCCESS, 1),
        (StepState.ALREADY_DONE, 1),
        (StepState.FAILED, 1),
        (StepState.SUPERSEDED, 0),
        (StepState.DRY_RUN, 0),
        (StepState.BRAKED, 0),
        (StepState.DROPPED, 0),
    ],
)
def test_a_step_that_may_have_changed_something_is_an_act(database: Database, state: StepState, acts: int):
    def act(connection):
        run, record = planned(connection)
        working.begin_step(connection, run, record.id, after(2))
        working.record_step(connection, run, record.id, StepResult(state, {"path": "/Q/e"}), after(3))
        return told(connection)

    said = {"kind": "quarantine", "result": state.value, "file": "/Shared/e.txt", "told": {"path": "/Q/e"}}
    assert database.run_here(act) == [("service", "step", "acme/e", said)] * acts


def test_a_release_is_an_act_of_who_ordered_it(database: Database):
    def act(connection):
        run, record = planned(connection)
        moved = StepResult(StepState.SUCCESS, {"origin": "/Shared/e.txt", "path": "/Q/e"})
        working.record_step(connection, run, record.id, moved, after(3))
        (row,) = quarantined(connection, "acme")
        step = Step(StepKind.RELEASE, {"destination": "/Shared/e.txt", "reason": "false alarm", "by": "jdoe"})
        release = releasing.begin(connection, row, step, after(4))
        for _ in range(2):
            releasing.record(connection, release.id, StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt"}), after(5))
        return told(connection)[1:]

    said = {"result": "success", "reason": "false alarm", "told": {"path": "/Shared/e.txt"}}
    assert database.run_here(act) == [("jdoe", "release", "acme/e", said)]


def test_a_gap_and_the_walk_that_makes_up_for_it_are_acts_and_a_folder_that_arrived_is_none(database: Database):
    def act(connection):
        intake.record_gap(connection, "acme", "expired", (None, after(1)), after(2))
        walking.cover_gaps(connection, "acme", after(3))
        walking.arrived(connection, "acme", ["/Shared/new"], after(3))
        while walk := walking.next_walk(connection, "acme", after(4), with_refused=True, with_backfill=True):
            walking.finish(connection, walk, after(5))
        return told(connection)

    nothing = dict.fromkeys(("folders", "files", "queued", "moved", "missed", "gone", "unread"), 0)
    gap, walk, closed = database.run_here(act)
    assert gap == ("service", "gap", "acme:gap 1", {"reason": "expired", "since": None, "until": str(after(1))})
    assert (walk[1], walk[3]) == ("reconcile", {"reason": "gap", **nothing})
    assert closed == ("service", "gap-closed", "acme:gap 1", {"reason": "expired"})


def test_a_version_given_up_that_is_tried_again_is_an_act(database: Database):
    def act(connection):
        run = took(connection, "e")
        gap = Gap(Unchecked.POISON, "5 starts")
        verdict = Verdict(run.version, VerdictKind.UNCHECKED, ("poison",), (Inspection("fetch", "", gap=gap),))
        working.record_verdict(connection, run, verdict, Plan(), after(1))
        working.finish(connection, run, Outcome.FAILED, None, after(2))
        dead_letters.put_back(connection, dead_letters.Choice(), 9, begun=after(3), now=after(3))
        return told(connection)

    assert database.run_here(act) == [("service", "requeue", "acme/e", {"reason": "poison"})]


def test_every_act_is_in_the_documents_table():
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {word for row in rows for word in re.findall(r"`([a-z-]+)`", row)} == set(audit.Action)


@pytest.mark.parametrize("decision", Decision)
def test_a_plan_held_and_what_a_person_decided_about_it_are_acts(database: Database, decision: Decision):
    def act(connection):
        run, record = planned(connection)
        hold = Hold(Brake.RULE, "Eicar", "too many")
        holding.begin_or_hold(connection, run, record.id, ([], ["Eicar"]), held=lambda counts: hold, now=after(2))
        working.record_step(connection, run, record.id, StepResult(StepState.BRAKED, {}), after(2))
        (plan,) = holding.held_plans(connection)
        for _ in range(2):
            holding.decide(connection, [plan.id], decision, by="jdoe", because="checked", now=after(3))
        return told(connection)

    assert database.run_here(act) == [
        ("service", "held", "acme/e", {"brake": "rule", "subject": "Eicar", "reason": "too many"}),
        ("jdoe", f"held-{decision.value}", "acme/e", {"reason": "checked"}),
    ]
