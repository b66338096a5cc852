"""`scanner rules lint`: how rules could be better, and when that is worth an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.rules import lines, run, write

TWINS = [("b", "medium", "matches exactly what a matches")]
NEVER = [("a", "high", "mismatch can never be true: none of these extensions declares anything")]


def test_small_things_are_told_and_are_no_reason_to_fail(rules: Path) -> None:
    file = write(rules, "a")
    file.write_text(file.read_text().replace("references: [https://example.com/]\n", ""))
    result = run("lint")
    assert (result.exit_code, result.stdout) == (
        0,
        "a: low: has no references\n    Name a source for what it looks for.\n",
    )
    assert result.stderr == "1 rules, 0 YARA rules; issues: 0 high, 0 medium, 1 low\n"


@pytest.mark.parametrize(
    ("written", "code", "issues"),
    [
        ({"a": "{extension: exe}", "b": "{extension: exe}"}, 0, TWINS),
        ({"a": "{extension: xyz, mismatch: true}"}, 1, NEVER),
    ],
    ids=["medium", "high"],
)
def test_only_a_rule_that_does_not_do_what_it_says_fails(
    rules: Path, written: dict[str, str], code: int, issues: list[tuple[str, str, str]]
) -> None:
    for name, match in written.items():
        write(rules, name, match)
    result = run("lint", "--json")
    assert result.exit_code == code
    assert [(line["rule"], line["concern"], line["what"]) for line in lines(result)] == issues


def test_lists_that_no_rule_uses_are_told(rules: Path) -> None:
    write(rules, "a")
    (rules / "_shared").mkdir()
    (rules / "_shared" / "programs.yaml").write_text("list: [exe]")
    result = run("lint", "--json")
    assert (result.exit_code, [line["what"] for line in lines(result)]) == (0, ["no rule uses this list"])


def test_a_yara_rule_that_is_not_there_is_told(rules: Path) -> None:
    write(rules, "a", "{extension: exe, yara: marked}")
    result = run("lint", "--json")
    assert (result.exit_code, [line["what"] for line in lines(result)]) == (
        1,
        ["no YARA rule in force is named marked"],
    )


def test_yara_files_that_are_disabled_or_slow_are_issues_with_file_and_line(rules: Path) -> None:
    write(rules, "a")
    (rules / "bad.yar").write_text("\nrule bad { condition: nothing }")
    (rules / "slow.yar").write_text("rule slow { strings: $a = /a+/ condition: $a }")
    result = run("lint", "--json")
    assert result.exit_code == 1
    assert [(line["rule"], line["concern"]) for line in lines(result)] == [
        ("rules/bad.yar:2", "high"),
        ("rules/slow.yar:1", "medium"),
    ]


def test_examples_are_the_business_of_another_command(rules: Path) -> None:
    write(rules, "a", hit="{name: a.com}")
    assert (run("lint").exit_code, run("test").exit_code) == (0, 1)
