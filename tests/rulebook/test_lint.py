"""Each check of lint: one rule it speaks of, and silence about a good rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.rulebook.definitions import read_definitions
from scanner.rulebook.lint import Concern, Issue, lint, lint_shared
from scanner.rulebook.rule import Rule
from scanner.rulebook.until import utc_today
from tests.rulebook import rule

GOOD = {"extension": "pdf", "size": "<= 1MiB", "text": "a"}


ENDED = {"match": {"name": "a"}, "reason": "Known.", "author": "jdoe", "until": "2020-02-29"}


def issues(*rules: Rule) -> list[tuple[str, str]]:
    return [(one.concern.value, one.what) for one in lint({Path(f"{n}.yaml"): one for n, one in enumerate(rules)})]


def test_nothing_is_said_about_a_good_rule() -> None:
    assert issues(rule(GOOD, actions=["quarantine"])) == []


@pytest.mark.parametrize(
    ("match", "more", "issue"),
    [
        (
            {"mismatch": True, "extension": ["xyz", "exe1"]},
            {},
            ("high", "mismatch can never be true: none of these extensions declares anything"),
        ),
        ({"name": ["a", "*"]}, {}, ("medium", "name holds for everything")),
        ({"not": {"path": "/**"}}, {}, ("medium", "path holds for everything")),
        (
            {"text": {"regex": "a", "within": "1KiB"}},
            {},
            ("medium", "every content is searched: no cheaper condition comes first"),
        ),
        ({"entropy": "> 7"}, {}, ("medium", "every content's bytes are counted: no cheaper condition comes first")),
        ({"yara": "a"}, {}, ("medium", "every content is scanned by YARA: no cheaper condition comes first")),
        (
            {"member": {"extension": "exe"}},
            {},
            ("medium", "every content that may hold something is taken apart: no cheaper condition comes first"),
        ),
        ({"public_link": True}, {}, ("high", "every version costs an API call: no cheaper condition comes first")),
        (
            {"any": [{"extension": "exe"}, {"first_version": True}]},
            {},
            ("high", "every version costs an API call: no cheaper condition comes first"),
        ),
        (
            {"extension": "zip", "member": {"mismatch": True, "extension": "xyz"}},
            {},
            ("high", "mismatch can never be true: none of these extensions declares anything"),
        ),
        ({"extension": "zip", "member": {"place": "**"}}, {}, ("medium", "place holds for everything")),
        (
            {"extension": "pdf", "text": "a"},
            {},
            ("medium", "contents above 256MiB become unscannable where this rule depends on their text"),
        ),
        (GOOD, {"severity": "low", "actions": ["quarantine"]}, ("medium", "moves files at severity low")),
        (GOOD, {"status": "trial", "actions": ["comment"]}, ("low", "its actions have no effect while it is on trial")),
        (
            GOOD,
            {"status": "trial", "canary": {"share": "10%"}},
            ("low", "its canary has no effect while it is on trial"),
        ),
        (
            GOOD,
            {"exceptions": [ENDED, ENDED | {"until": utc_today()}]},
            ("medium", "exception 1 ended on 2020-02-29: the rule counts again for what it was written for"),
        ),
        (GOOD, {"false_positives": []}, ("low", "says nothing of false positives")),
        (GOOD, {"references": []}, ("low", "has no references")),
    ],
)
def test_lint_says_how_a_rule_could_be_better(
    match: dict[str, Any], more: dict[str, Any], issue: tuple[str, str]
) -> None:
    assert issues(rule(match, **more)) == [issue]


def test_a_list_that_no_rule_uses_is_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "programs.yaml").write_text("list: [exe]")
    unused = read_definitions([tmp_path / "programs.yaml"], []).definitions.values()
    assert lint_shared(unused) == (Issue("programs", Concern.LOW, "no rule uses this list", "Remove it, or use it."),)


@pytest.mark.parametrize(
    "match",
    [
        {"signature": "*"},
        {"not": {"uploader": "*"}},
        {"extension": "exe", "public_link": True},
        {"extension": "docx", "text": {"regex": "a", "in": "text"}},
        {"extension": "zip", "member": {"text": "a"}},
    ],
)
def test_nothing_is_said_of_what_has_its_use(match: dict[str, Any]) -> None:
    assert issues(rule(match)) == []


def test_two_rules_with_the_same_conditions_are_one_too_many() -> None:
    assert issues(rule(GOOD, id="a"), rule(GOOD, id="b")) == [("medium", "matches exactly what a matches")]
