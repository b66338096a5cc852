"""Kinds and states of steps are complete lists, and each has its place."""

from scanner.step_kinds import OPEN_STEPS, ORDERED_STEPS, PLANNED_STEPS, TELLING_STEPS, StepKind, StepState


def test_a_step_is_planned_or_ordered_and_never_both() -> None:
    assert set(PLANNED_STEPS) | ORDERED_STEPS == set(StepKind)
    assert set(PLANNED_STEPS) & ORDERED_STEPS == set()


def test_what_tells_people_takes_nothing_away_from_them() -> None:
    taking = {"revoke_links", "revert", "quarantine", "lock", "delete", "tombstone"}
    assert {kind.value for kind in set(PLANNED_STEPS) - TELLING_STEPS} == taking


def test_only_what_is_not_done_is_open() -> None:
    assert {state.value for state in OPEN_STEPS} == {"planned", "intended", "braked"}
    assert set(StepState) > OPEN_STEPS
