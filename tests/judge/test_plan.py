"""Plans: which steps, in which order, and names that Egnyte accepts whatever the file was called."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.names import check_name
from scanner.judge.plan import plan, quarantine_path
from scanner.judge.wording import Fate, comment_body
from scanner.model import (
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Plan,
    Step,
    StepKind,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)
from scanner.settings import PolicySettings

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
FOLDER = "/Shared/Quarantine"
VERSION = FileVersion("acme", GroupId("g1"), EntryId("e1"), "/Shared/Kite/invoice.pdf.EXE")
LINKS, MOVE, COMMENT = StepKind.REVOKE_LINKS, StepKind.QUARANTINE, StepKind.COMMENT
POLICY = PolicySettings(flagged=[], infected=[COMMENT, MOVE, LINKS], unscannable=[COMMENT], unchecked=[])
MALWARE = Finding("clamd", "Win.Test", malware=True)


def rule(*actions: StepKind, counts: bool = True) -> Finding:
    return Finding("rules", "double-extension", counts=counts, actions=actions)


def verdict(kind: VerdictKind, *findings: Finding, gap: Gap | None = None) -> Verdict:
    reasons = tuple(finding.name for finding in findings if finding.counts)
    return Verdict(VERSION, kind, reasons, (Inspection("clamd", "1", findings, gap),))


BY_REASON = {Unscannable.FORMAT: [], Unscannable.ENCRYPTED: [MOVE], Unchecked.ACCESS_REFUSED: [StepKind.TAG]}
LOCKED, ODD, REFUSED = Gap(Unscannable.ENCRYPTED), Gap(Unscannable.FORMAT), Gap(Unchecked.ACCESS_REFUSED)


@pytest.mark.parametrize(
    ("judged", "kinds"),
    [
        (verdict(VerdictKind.UNSCANNABLE, gap=ODD), ()),
        (verdict(VerdictKind.UNSCANNABLE, rule(COMMENT), gap=ODD), (COMMENT,)),
        (verdict(VerdictKind.UNSCANNABLE, gap=LOCKED), (MOVE,)),
        (verdict(VerdictKind.UNSCANNABLE, gap=Gap(Unscannable.LIMITS)), (COMMENT,)),
        (verdict(VerdictKind.UNCHECKED, gap=REFUSED), (StepKind.TAG,)),
        (verdict(VerdictKind.INFECTED, MALWARE, gap=ODD), (LINKS, MOVE, COMMENT)),
    ],
)
def test_what_follows_may_be_another_for_certain_reasons(judged: Verdict, kinds: tuple[StepKind, ...]) -> None:
    policy = POLICY.model_copy(update={"reasons": BY_REASON})
    assert tuple(step.kind for step in plan(judged, policy, FOLDER, NOW, "svc").steps) == kinds


def test_of_an_unchecked_version_only_what_may_pass_is_its_reason() -> None:
    both = (Inspection("containers", "1", gap=LOCKED), Inspection("clamd", "1", gap=REFUSED))
    policy = POLICY.model_copy(update={"reasons": BY_REASON})
    judged = Verdict(VERSION, VerdictKind.UNCHECKED, (), both)
    assert [step.kind for step in plan(judged, policy, FOLDER, NOW, "svc").steps] == [StepKind.TAG]


ROWS = [
    (verdict(VerdictKind.CLEAN), ()),
    (verdict(VerdictKind.CLEAN, rule(MOVE, counts=False)), ()),
    (verdict(VerdictKind.FLAGGED, rule()), ()),
    (verdict(VerdictKind.FLAGGED, Finding("rules", "quiet")), ()),
    (verdict(VerdictKind.FLAGGED, rule(COMMENT, MOVE)), (MOVE, COMMENT)),
    (verdict(VerdictKind.FLAGGED, rule(COMMENT), rule(LINKS)), (LINKS, COMMENT)),
    (verdict(VerdictKind.FLAGGED, rule(StepKind.RELEASE)), ()),
    (verdict(VerdictKind.INFECTED, MALWARE), (LINKS, MOVE, COMMENT)),
    (verdict(VerdictKind.UNSCANNABLE), (COMMENT,)),
    (verdict(VerdictKind.UNSCANNABLE, rule(MOVE)), (MOVE, COMMENT)),
    (verdict(VerdictKind.UNCHECKED), ()),
    (verdict(VerdictKind.UNCHECKED, rule(COMMENT)), (COMMENT,)),
]


@pytest.mark.parametrize(("judged", "kinds"), ROWS)
def test_a_plan_is_the_policy_and_the_rules_in_the_order_of_acting(
    judged: Verdict, kinds: tuple[StepKind, ...]
) -> None:
    assert tuple(step.kind for step in plan(judged, POLICY, FOLDER, NOW, "svc").steps) == kinds


def test_every_kind_has_a_row() -> None:
    assert {judged.kind for judged, _ in ROWS} == set(VerdictKind)


def test_steps_carry_all_that_a_repeat_needs() -> None:
    judged = verdict(VerdictKind.INFECTED, MALWARE)
    body = comment_body(judged, fate=Fate.MOVED, now=NOW, contact="svc")
    destination = quarantine_path(VERSION, FOLDER, NOW)

    expected = (Step(LINKS), Step(MOVE, {"destination": destination, "links": "revoke"}), Step(COMMENT, {"body": body}))
    assert plan(judged, POLICY, FOLDER, NOW, "svc") == Plan(expected, ("Win.Test",))


def test_a_plan_without_steps_acts_on_nobodys_account() -> None:
    judged = verdict(VerdictKind.FLAGGED, rule())

    assert plan(judged, POLICY, FOLDER, NOW, "svc") == Plan()


def test_a_comment_does_not_claim_a_move_that_is_not_planned() -> None:
    judged = verdict(VerdictKind.UNSCANNABLE, gap=Gap(Unscannable.ENCRYPTED))

    (step,) = plan(judged, POLICY, FOLDER, NOW, "svc").steps
    assert step.params["body"] == comment_body(judged, fate=Fate.LEFT, now=NOW, contact="svc")


def test_a_quarantine_name_tells_ids_day_and_former_extension() -> None:
    assert quarantine_path(VERSION, FOLDER, NOW) == "/Shared/Quarantine/2026-03-04/q-g1-e1-b236641b.exe.q"


@given(group=st.text(max_size=300), entry=st.text(max_size=300), name=st.text(max_size=300))
def test_any_name_becomes_one_that_egnyte_accepts_and_nothing_opens(group: str, entry: str, name: str) -> None:
    version = FileVersion("acme", GroupId(group), EntryId(entry), f"/Shared/{name}")
    folder, _, safe = quarantine_path(version, FOLDER, NOW).rpartition("/")

    check_name(safe, folder=False)
    assert folder == "/Shared/Quarantine/2026-03-04"
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,200}", safe)
    assert safe.endswith(".q")


opaque = st.text(st.characters(exclude_characters="\0"), max_size=60)


@given(ids=st.lists(st.tuples(opaque, opaque), max_size=8, unique=True))
def test_no_two_versions_share_a_place(ids: list[tuple[str, str]]) -> None:
    versions = [replace(VERSION, group_id=GroupId(group), entry_id=EntryId(entry)) for group, entry in ids]

    assert len({quarantine_path(version, FOLDER, NOW).lower() for version in versions}) == len(ids)
