"""Rules of a service: what is said of those in force, and which new ones are refused for their examples."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from scanner.errors import ConfigurationError
from scanner.metrics import Metrics
from scanner.rulebook.rule import Rule, rulebook_of
from scanner.rulebook.yara_rules import NO_YARA
from scanner.service.changes.rules import announce_rules, ended_exceptions, refuse_untrue
from scanner.settings import LocalSettings
from tests.rulebook import rule

CASE = {"match": {"name": "a"}, "reason": "Known.", "author": "jdoe"}
ENDED, HOLDS = CASE | {"until": "2026-04-30"}, CASE | {"until": "2026-05-01"}
TODAY = date(2026, 5, 1)
TRUE: dict[str, Any] = {"examples": {"hit": [{"name": "a"}], "miss": [{"name": "b"}]}}
UNTRUE: dict[str, Any] = {"examples": {"hit": [{"name": "b"}], "miss": [{"name": "b"}, {"name": "a"}]}}


def refused(*rules: Rule, before: tuple[Rule, ...] | None = ()) -> list[str]:
    files = {Path(f"rules/{one.id}.yaml"): one for one in rules}
    try:
        refuse_untrue(files, None if before is None else rulebook_of(before), NO_YARA, LocalSettings())
    except ConfigurationError as error:
        return [f"{problem.where}: {problem.what}" for problem in error.problems]
    return []


def test_each_example_of_a_new_rule_that_is_not_true_is_told_with_its_file() -> None:
    assert refused(rule({"name": "a"}, id="good", **TRUE), rule({"name": "a"}, id="bad", **UNTRUE)) == [
        "rules/bad.yaml: examples.hit[0]: is not what it should be, but: miss",
        "rules/bad.yaml: examples.miss[1]: is not what it should be, but: hit",
    ]


def test_what_is_in_force_is_not_judged_anew_unless_everything_is() -> None:
    old = rule({"name": "a"}, id="old", **UNTRUE)
    good = rule({"name": "a"}, id="good", **TRUE)
    assert refused(old, good, before=(old,)) == []
    assert len(refused(old, good, before=None)) == 2
    assert len(refused(rule({"name": "a"}, id="old", severity="low", **UNTRUE), before=(old,))) == 2


def test_a_canary_and_an_exception_do_not_change_what_an_example_shows() -> None:
    more = {"canary": {"folders": "/Elsewhere"}, "exceptions": [HOLDS | {"match": {"name": "a"}}]}
    assert refused(rule({"name": "a"}, **TRUE, **more)) == []


def test_exceptions_that_have_ended_are_named_and_told_at_each_load() -> None:
    rulebook = rulebook_of([rule({"name": "a"}, exceptions=[HOLDS, ENDED]), rule({"name": "a"}, id="b")])
    assert ended_exceptions(rulebook, TODAY) == ["a-rule, exception 2, until 2026-04-30 by jdoe"]
    with capture_logs() as lines:
        announce_rules(rulebook, Metrics(), datetime(2026, 5, 1, tzinfo=UTC))
    assert [(line["event"], line["exception"], line["log_level"]) for line in lines] == [
        ("rules.exception_ended", "a-rule, exception 2, until 2026-04-30 by jdoe", "warning")
    ]


@pytest.mark.parametrize("exceptions", [[HOLDS], None])
def test_nothing_is_said_where_none_has_ended(exceptions: list[dict[str, Any]] | None) -> None:
    more = {} if exceptions is None else {"exceptions": exceptions}
    assert ended_exceptions(rulebook_of([rule({"name": "a"}, **more)]), TODAY) == []
