"""A verdict as an event that other systems understand."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Finding, Inspection, StepKind, StepRecord, StepState, Verdict, VerdictKind
from scanner.notify.ocsf import LONGEST, MOST, Activity, detection
from tests.notify.world import NOW, VERDICT, VERSION, did

MILLISECONDS = 1772615700000


@cache
def official() -> Any:
    """The class as its makers publish it. It refuses keys that it does not know."""
    # Not at the top: they take seconds to import, and each worker of a run collects all tests.
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema  # type: ignore[import-untyped]

    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
    return Draft202012Validator(schema.get_class_schema("detection_finding", profiles=["security_control"]))


def refused(event: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in official().iter_errors(event)]


@pytest.mark.parametrize("kind", VerdictKind)
@pytest.mark.parametrize("activity", Activity)
@pytest.mark.parametrize("state", StepState)
def test_whatever_is_told_the_official_schema_accepts(kind: VerdictKind, activity: Activity, state: StepState) -> None:
    plan = [did(step, state, path="/Shared/Q/e.q", error="no right") for step in StepKind]
    closed = {"by": "jdoe", "reason": "a false alarm"} if activity is Activity.CLOSE else None
    told = [
        detection(verdict, plan, now=NOW, waiting="held by the brake", activity=activity, closed=closed)
        for verdict in (replace(VERDICT, kind=kind), Verdict(VERSION, kind, ("encrypted",)))
    ]
    assert [refused(event) for event in told] == [[], []]


def test_the_official_schema_refuses_what_it_does_not_know() -> None:
    event = detection(VERDICT, [], now=NOW) | {"verdict": "infected", "disposition_id": 77}
    assert len(refused(event)) == 2


def test_all_events_about_one_version_are_of_one_finding_and_each_is_one_of_its_own() -> None:
    why = {"by": "jdoe", "reason": "a false alarm"}
    closed = detection(VERDICT, [did(StepKind.QUARANTINE)], now=NOW, activity=Activity.CLOSE, closed=why)
    told = [detection(VERDICT, [], now=NOW), detection(VERDICT, [], now=NOW, activity=Activity.UPDATE), closed]
    keys = ("activity_id", "type_uid", "status_id", "action_id", "disposition_id")
    assert [(tuple(one[key] for key in keys), one["finding_info"]["uid"], one["metadata"]["uid"]) for one in told] == [
        ((1, 200401, 1, 3, 15), "acme/e1", "acme/e1#1"),
        ((2, 200402, 2, 3, 15), "acme/e1", "acme/e1#2"),
        ((3, 200403, 4, 1, 9), "acme/e1", "acme/e1#3"),
    ]
    assert [one["unmapped"].get("closed") for one in told] == [None, None, why]


def test_an_infected_file_in_quarantine_is_a_detection_finding_with_all_that_is_known() -> None:
    plan = [
        did(StepKind.REVOKE_LINKS, links="a,b"),
        did(StepKind.QUARANTINE, path="/Shared/Q/e.q", origin="/Shared/a"),
        did(StepKind.COMMENT, StepState.FAILED, error="no right"),
        did(StepKind.NOTIFY, StepState.PLANNED),
    ]
    assert detection(VERDICT, plan, now=NOW) == {
        "activity_id": 1, "category_uid": 2, "class_uid": 2004, "type_uid": 200401, "time": MILLISECONDS,
        "severity_id": 5, "status_id": 1, "is_alert": True, "action_id": 2, "disposition_id": 3,
        "metadata": {
            "version": "1.8.0", "uid": "acme/e1#1", "profiles": ["security_control"],
            "product": {"name": "scanner", "vendor_name": "scanner", "version": "0.1.0"},
        },
        "finding_info": {
            "uid": "acme/e1", "title": "Malware in a file", "desc": "Win.Test, double-extension", "types": ["malware"],
            "created_time": MILLISECONDS, "analytic": {"uid": "Win.Test", "name": "Win.Test", "type_id": 5},
        },
        "malware": [{"name": "Win.Test", "provider": "clamd", "classification_ids": [0]}],
        "evidences": [{"file": {
            "name": "a|b=c.exe", "path": "/Shared/Kite/a|b=c.exe", "type_id": 1, "uid": "e1", "size": 5,
            "hashes": [{"algorithm_id": 3, "value": "ab" * 32}, {"algorithm_id": 4, "value": "cd" * 64}],
        }}],
        "resources": [{"name": "/Shared/Kite/a|b=c.exe", "uid": "g1", "type": "file"}],
        "unmapped": {
            "domain": "acme", "verdict": "infected", "reasons": ["Win.Test", "double-extension"], "actor": "41",
            "steps": [
                {"step": "revoke_links", "state": "success"},
                {"step": "quarantine", "state": "success", "path": "/Shared/Q/e.q"},
                {"step": "comment", "state": "failed", "error": "no right"},
            ],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "waiting", "fate"),
    [
        ([], "", (3, 15)),
        ([did(StepKind.COMMENT)], "", (3, 15)),
        ([did(StepKind.QUARANTINE, StepState.BRAKED)], "held by the brake", (3, 14)),
        ([did(StepKind.QUARANTINE, StepState.FAILED)], "", (3, 15)),
        ([did(StepKind.QUARANTINE, gone="it is gone")], "", (3, 15)),
        ([did(StepKind.QUARANTINE, StepState.ALREADY_DONE)], "", (2, 3)),
        ([did(StepKind.REVERT), did(StepKind.QUARANTINE, StepState.SUPERSEDED)], "", (2, 11)),
        ([did(StepKind.DELETE)], "", (2, 5)),
    ],
)
def test_what_was_done_is_told_by_the_gravest_of_it(
    plan: list[StepRecord], waiting: str, fate: tuple[int, int]
) -> None:
    event = detection(VERDICT, plan, now=NOW, waiting=waiting)
    assert (event["action_id"], event["disposition_id"]) == fate
    assert event["unmapped"].get("waiting", "") == waiting


@pytest.mark.parametrize("kind", [kind for kind in VerdictKind if kind is not VerdictKind.CLEAN])
def test_each_kind_of_verdict_is_told_also_without_a_finding(kind: VerdictKind) -> None:
    event = detection(Verdict(VERSION, kind, ("encrypted",)), [], now=NOW)
    assert (event["severity_id"], "malware" in event, "analytic" in event["finding_info"]) == (3, False, False)
    assert "hashes" not in event["evidences"][0]["file"]


WORDS = st.text(max_size=2_000)


@given(path=WORDS, names=st.lists(WORDS, max_size=80), error=WORDS)
def test_strangers_words_are_values_of_bounded_length_and_always_json(path: str, names: list[str], error: str) -> None:
    findings = tuple(Finding("any", name, malware=True) for name in names)
    version = replace(VERSION, path=f"/Shared/{path}")
    judged = Verdict(version, VerdictKind.INFECTED, tuple(names), (Inspection("any", "1", findings),))
    event = detection(judged, [did(StepKind.TAG, StepState.FAILED, error=error)], now=NOW)

    assert json.loads(json.dumps(event).encode()) == event
    assert refused(event) == []
    assert len(event.get("malware", [])) <= MOST
    assert max(len(text) for text in _texts(event)) <= LONGEST


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
