"""Each check of lint: one rule it speaks of, and silence about a good rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.rulebook.lint import lint
from scanner.rulebook.rule import Rule
from tests.rulebook import rule

GOOD = {"extension": "pdf", "size": "<= 1MiB", "text": "a"}


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
        (
            {"extension": "pdf", "text": "a"},
            {},
            ("medium", "contents above 256MiB become unscannable where this rule depends on their text"),
        ),
        (GOOD, {"severity": "low", "actions": ["quarantine"]}, ("medium", "moves files at severity low")),
        (GOOD, {"status": "trial", "actions": ["comment"]}, ("low", "its actions have no effect while it is on trial")),
        (GOOD, {"false_positives": []}, ("low", "says nothing of false positives")),
        (GOOD, {"references": []}, ("low", "has no references")),
    ],
)
def test_lint_says_how_a_rule_could_be_better(
    match: dict[str, Any], more: dict[str, Any], issue: tuple[str, str]
) -> None:
    assert issues(rule(match, **more)) == [issue]


def test_two_rules_with_the_same_conditions_are_one_too_many() -> None:
    assert issues(rule(GOOD, id="a"), rule(GOOD, id="b")) == [("medium", "matches exactly what a matches")]
