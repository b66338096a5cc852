"""What is written comes back as it was."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.ledger.databases.database import Database
from scanner.ledger.rows import event_values
from scanner.ledger.work import working
from scanner.ledger.work.intake import queue_versions
from scanner.model import (
    PLANNED_STEPS,
    ContentFacts,
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Lane,
    Plan,
    Queued,
    Severity,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepRecord,
    StepState,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
    WalkFolder,
)
from tests.ledger.world import NOON, ON_FILE, event, queue, took, version

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SIZES = st.integers(0, 2**63 - 1)
SECONDS = st.integers(0, 10**12).map(lambda micros: round(micros / 1e6, 6))
ACTIONS = st.none() | st.lists(st.sampled_from(StepKind), max_size=3).map(tuple)
FINDINGS = st.builds(
    Finding, TEXT, TEXT, st.booleans(), TEXT, st.sampled_from(Severity), st.booleans(), TEXT, actions=ACTIONS
)
GAPS = st.builds(Gap, st.sampled_from([*Unscannable, *Unchecked]), TEXT)
INSPECTIONS = st.builds(Inspection, TEXT, TEXT, st.lists(FINDINGS, max_size=3).map(tuple), st.none() | GAPS, SECONDS)
VERDICTS = st.builds(
    Verdict,
    st.just(version("e")),
    st.sampled_from(VerdictKind),
    st.lists(TEXT, max_size=3).map(tuple),
    st.lists(INSPECTIONS, max_size=3).map(tuple),
    st.none() | st.builds(ContentFacts, SIZES, TEXT, TEXT, TEXT),
)
VERSIONS = st.builds(
    FileVersion,
    st.just("acme"),
    TEXT.map(GroupId),
    st.just(EntryId("e")),
    TEXT,
    TEXT,
    TEXT,
    st.none() | SIZES,
    st.none() | st.just(NOON),
    st.none() | SIZES,
)
STEPS = st.lists(
    st.builds(Step, st.sampled_from(PLANNED_STEPS), st.dictionaries(TEXT, TEXT, max_size=3)), max_size=3
).map(tuple)
THROUGH_A_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


class Undo(Exception):
    """Leaves the ledger as it was, for the next example."""


def undone(database: Database, act) -> None:
    def then_undo(connection):
        act(connection)
        raise Undo

    with pytest.raises(Undo):
        database.run_here(then_undo)


@ON_FILE
@THROUGH_A_FILE
@given(verdict=VERDICTS, steps=STEPS)
def test_the_next_claim_finds_the_verdict_and_the_steps_as_they_were(
    database: Database, verdict: Verdict, steps: tuple[Step, ...]
):
    def act(connection):
        recorded = working.record_verdict(connection, took(connection, "e"), verdict, Plan(steps), NOON)
        again = took(connection, "e")
        assert (again.verdict, again.steps) == (verdict, recorded)
        assert recorded == tuple(
            StepRecord(recorded[place].id, step, StepState.PLANNED) for place, step in enumerate(steps)
        )

    undone(database, act)


@ON_FILE
@THROUGH_A_FILE
@given(given_version=VERSIONS, lane=st.sampled_from(Lane))
def test_the_claim_finds_the_version_and_its_lane_as_they_were(
    database: Database, given_version: FileVersion, lane: Lane
):
    def act(connection):
        queue_versions(connection, [given_version], lane, NOON)
        run = took(connection, "e")
        assert (run.version, run.lane, run.starts, run.attempts) == (given_version, lane, 1, 1)

    undone(database, act)


async def test_a_finding_that_forbids_all_actions_is_not_one_that_leaves_them_to_the_policy(database: Database):
    findings = (Finding("rules", "a", actions=()), Finding("rules", "b", actions=None))
    verdict = Verdict(version("e"), VerdictKind.FLAGGED, ("a", "b"), (Inspection("rules", "1", findings),))

    def act(connection):
        working.record_verdict(connection, took(connection, "e"), verdict, Plan(), NOON)
        return took(connection, "e").verdict.findings

    assert await database.run(act) == findings


@pytest.mark.parametrize(
    ("disposition", "kind", "reason"),
    [
        (Queued(version("e")), "queued", None),
        (Skipped(Skip.FOLDER), "skipped", "folder"),
        (Skipped(Skip.OWN_ACTION), "skipped", "own_action"),
        (WalkFolder("/Shared/new"), "walk", None),
    ],
)
def test_an_event_is_kept_with_how_it_was_disposed_of(disposition, kind, reason):
    one = replace(event(7), actor=41, is_folder=True, source_path="/Shared/old", action_source="WebUI")
    assert event_values("acme", 2, one, disposition, NOON) == {
        "domain": "acme",
        "epoch": 2,
        "event_id": 7,
        "occurred_at": one.occurred_at,
        "type": "file_system",
        "action": "create",
        "action_source": "WebUI",
        "actor": 41,
        "is_folder": True,
        "group_id": "g-e",
        "entry_id": "e",
        "target_path": "/Shared/e.txt",
        "source_path": "/Shared/old",
        "disposition": kind,
        "reason": reason,
        "recorded_at": NOON,
    }


async def test_two_domains_may_use_the_same_entry_id(database: Database):
    def act(connection):
        queue(connection, "e", domain="acme")
        queue(connection, "e", domain="bolt")
        return {took(connection, "e", domain=name).version.domain for name in ("acme", "bolt")}

    assert await database.run(act) == {"acme", "bolt"}
