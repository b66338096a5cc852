"""YARA files among the issues of `rules lint`."""

from __future__ import annotations

from pathlib import Path

from scanner.errors import Problem
from scanner.rulebook.lint import Concern, Issue
from scanner.rulebook.yara_files import DisabledFile, Ground
from scanner.rulebook.yara_lint import lint_yara, lint_yara_names
from scanner.rulebook.yara_rules import NO_YARA, YaraRule, YaraRules
from tests.rulebook import rule

READ = "See the warning in the documentation of YARA-X."


def test_each_thing_wrong_and_each_warning_is_an_issue_at_its_line() -> None:
    wrong = (Problem("a.yar:1", "unknown identifier `b`"), Problem("a.yar", "is larger than 16 MiB", "Split it."))
    disabled = DisabledFile(Path("a.yar"), "a", Ground.ERROR, wrong)
    warnings = (Problem("c.yar:2", "slow pattern: this"), Problem("c.yar:3", "text pattern as hex: that"))
    assert list(lint_yara(YaraRules(disabled=(disabled,), warnings=warnings))) == [
        Issue(
            "a.yar:1",
            Concern.HIGH,
            "the file is disabled: unknown identifier `b`",
            "Mend it: until then no rule of this file is in force.",
        ),
        Issue("a.yar", Concern.HIGH, "the file is disabled: is larger than 16 MiB", "Split it."),
        Issue("c.yar:2", Concern.MEDIUM, "slow pattern: this", READ),
        Issue("c.yar:3", Concern.LOW, "text pattern as hex: that", READ),
    ]


def test_without_yara_files_there_are_no_issues() -> None:
    assert list(lint_yara(NO_YARA)) == []


def test_a_yara_rule_or_a_tag_that_is_not_in_force_is_told_of_the_rule_that_names_it() -> None:
    yara = YaraRules((YaraRule("malware/web", "php_eval", ("php",)),))
    named = {"yara": ["php_*", "malware/web.*"], "yara_tag": "php"}
    lost = {"extension": "zip", "member": {"any": [{"yara": ["jsp", "php_eval"]}, {"yara_tag": ["php", "PHP"]}]}}
    issues = list(lint_yara_names([rule(named, id="a"), rule(lost, id="b")], yara))
    assert [(one.rule, one.concern, one.what) for one in issues] == [
        ("b", Concern.HIGH, "no YARA rule in force is named jsp"),
        ("b", Concern.HIGH, "no YARA rule in force has the tag PHP"),
    ]
