"""Whether a rule that holds counts for a version: the table of trial, canary and exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.model import GroupId
from scanner.rulebook.rule import Rule
from scanner.rulebook.standing import COUNTS, ON_TRIAL, Standing, cases, excepted, standing
from tests.rulebook import VERSION, rule

TODAY = date(2026, 5, 1)
IN, OUT = GroupId("g-1"), GroupId("g-5")
"""Whether they are in a tenth of all files before the rule `a-rule`."""


def case(match: dict[str, Any], until: str = "2026-12-31", reason: str = "Known.") -> dict[str, Any]:
    return {"match": match, "reason": reason, "author": "jdoe", "until": until}


SHARE, FOLDERS = {"share": "10%"}, {"folders": ["/Shared/IT", "/Shared/*/Pilot"]}
BOTH = SHARE | FOLDERS
IN_SHARE = Standing(counts=True, why="canary: in its share of 10%")
IN_FOLDER = Standing(counts=True, why="canary: in one of its folders")


@pytest.mark.parametrize(
    ("more", "path", "group", "expected"),
    [
        ({}, "/Shared/a", OUT, COUNTS),
        ({"status": "trial"}, "/Shared/a", IN, ON_TRIAL),
        ({"status": "trial", "canary": BOTH}, "/Shared/IT/a", IN, ON_TRIAL),
        ({"canary": SHARE}, "/Shared/a", IN, IN_SHARE),
        ({"canary": SHARE}, "/Shared/a", OUT, Standing(counts=False, why="canary: not in its share of 10%")),
        ({"canary": FOLDERS}, "/shared/it/deep/a", OUT, IN_FOLDER),
        ({"canary": FOLDERS}, "/Shared/Kite/Pilot/a", OUT, IN_FOLDER),
        ({"canary": FOLDERS}, "/Shared/ITX/a", IN, Standing(counts=False, why="canary: not in its folders")),
        ({"canary": BOTH}, "/Shared/a", IN, IN_SHARE),
        ({"canary": BOTH}, "/Shared/IT/a", OUT, IN_FOLDER),
        ({"canary": BOTH}, "/Shared/a", OUT, Standing(counts=False, why="canary: not in its share of 10% or folders")),
    ],
)
def test_a_rule_counts_as_far_as_it_is_enforced(
    more: dict[str, Any], path: str, group: GroupId, expected: Standing
) -> None:
    version = replace(VERSION, path=path, group_id=group)
    assert standing(rule({"name": "a"}, **more), version) == expected


def with_cases(*written: dict[str, Any]) -> Rule:
    return rule({"name": "a"}, exceptions=list(written))


def test_an_exception_holds_to_the_end_of_its_last_day() -> None:
    one = with_cases(case({"name": "a"}, "2026-04-30"), case({"name": "b"}, "2026-05-01"), case({"name": "c"}))
    assert [known.id for known in cases([one], TODAY)] == ["a-rule#2", "a-rule#3"]


def test_of_several_exceptions_that_hold_the_first_is_named() -> None:
    known = cases([with_cases(case({"name": "a"}), case({"name": "b"}, reason="Kite's."), case({"name": "c"}))], TODAY)
    answers = {"a-rule#1": False, "a-rule#2": True, "a-rule#3": True}
    why = "exception 2 until 2026-12-31 by jdoe: Kite's."
    assert excepted(known, answers) == {"a-rule": Standing(counts=False, why=why)}


def test_an_exception_that_cannot_be_decided_does_not_hold() -> None:
    known = cases([with_cases(case({"text": "x"}))], TODAY)
    assert excepted(known, {"a-rule#1": None}) == {}
