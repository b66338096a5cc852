"""The nouns: closed sets, frozen values, and the few things they can say of themselves."""

import dataclasses
import enum

import pytest

from scanner import model
from scanner.model import (
    OPEN_STEPS,
    PLANNED_STEPS,
    WAITING_REASONS,
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    StepKind,
    StepState,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/A/minutes.txt")
VALUES = [one for one in vars(model).values() if dataclasses.is_dataclass(one)]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_every_noun_is_a_frozen_value_without_a_dict(value: type) -> None:
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(value)


def test_the_kinds_of_verdict_stand_in_order_of_severity() -> None:
    assert list(VerdictKind) == ["clean", "flagged", "infected", "unscannable", "unchecked"]


def test_no_word_is_a_reason_both_for_now_and_for_ever() -> None:
    assert {one.value for one in Unscannable} & {one.value for one in Unchecked} == set()


@pytest.mark.parametrize("reason", [*Unscannable, *Unchecked])
def test_a_gap_is_transient_where_a_later_look_may_tell(reason: Unscannable | Unchecked) -> None:
    assert Gap(reason).transient is (reason in set(Unchecked))


def test_waiting_for_others_says_nothing_about_the_file() -> None:
    assert set(Unchecked) >= WAITING_REASONS
    assert {Unchecked.POISON, Unchecked.INTERRUPTED, Unchecked.CHECKSUM_MISMATCH} & WAITING_REASONS == set()


def test_a_release_is_never_planned_and_acts_stand_in_their_order() -> None:
    order = ["revoke_links", "revert", "quarantine", "lock", "comment", "tag", "delete", "tombstone", "notify"]
    assert [kind.value for kind in PLANNED_STEPS] == order
    assert StepKind.RELEASE not in PLANNED_STEPS


def test_a_step_is_open_or_final() -> None:
    final = {"success", "already_done", "failed", "superseded", "dry_run", "dropped"}
    assert {state.value for state in set(StepState) - OPEN_STEPS} == final


def test_labels_of_metrics_are_words_that_a_query_can_name() -> None:
    words = [one.value for kind in vars(model).values() if isinstance(kind, enum.EnumMeta) for one in kind]
    assert [
        word for word in words if not word.replace("_", "").replace("-", "").isalnum() or word != word.lower()
    ] == []


def test_an_inspection_with_a_gap_is_not_complete() -> None:
    gap = Gap(Unscannable.ENCRYPTED)
    assert [Inspection("clamd", "1").complete, Inspection("clamd", "1", gap=gap).complete] == [True, False]


def test_a_verdict_holds_the_findings_of_all_engines() -> None:
    eicar, trick = Finding("clamd", "Eicar-Test", malware=True), Finding("rules", "double-extension")
    inspections = (Inspection("clamd", "1", (eicar,)), Inspection("rules", "2", (trick,)))
    verdict = Verdict(VERSION, VerdictKind.INFECTED, ("Eicar-Test",), inspections)
    assert verdict.findings == (eicar, trick)


@pytest.mark.parametrize(("path", "name"), [("/Shared/A/minutes.txt", "minutes.txt"), ("x", "x"), ("", "")])
def test_a_version_is_named_for_the_last_part_of_its_path(path: str, name: str) -> None:
    assert dataclasses.replace(VERSION, path=path).name == name
