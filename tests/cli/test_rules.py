"""`scanner rules`: exit codes, what goes to which output, and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.cli.rules import rules_app

SHIPPED = Path(__file__).parents[2] / "rules"
RULE = """
id: {id}
title: A rule
why: Because.
severity: high
status: stable
match: {{extension: exe}}
message: Found.
actions: [quarantine]
examples: {{hit: [{{name: {hit}, text: hello}}], miss: [{{name: a.txt}}]}}
false_positives: [None.]
references: [https://example.com/]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    return Path("rules")


def write(folder: Path, name: str, hit: str = "a.exe") -> None:
    (folder / f"{name}.yaml").write_text(RULE.format(id=name, hit=hit))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rules_app, arguments, catch_exceptions=False)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_all_is_well_with_the_rules_that_are_shipped() -> None:
    assert run("check", str(SHIPPED)).exit_code == 0
    tried = run("test", str(SHIPPED))
    assert (tried.exit_code, tried.stderr) == (0, "")
    assert tried.stdout.endswith("all as written\n")


def test_the_folder_rules_is_meant_where_no_path_is_given(folder: Path) -> None:
    write(folder, "a")
    assert [line["id"] for line in lines(run("list", "--json"))] == ["a"]


def test_a_rule_that_cannot_be_read_ends_every_command_with_all_problems_on_standard_error(folder: Path) -> None:
    (folder / "a.yaml").write_text("id: a\ntitel: x\n")
    for command in ("check", "test", "list"):
        result = run(command, "rules")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "rules/a.yaml:2: titel: unknown key\n    Did you mean title?" in result.stderr
    assert {line["where"] for line in lines(run("check", "--json"))} == {"rules/a.yaml:1", "rules/a.yaml:2"}


def test_an_example_that_fails_is_shown_beside_what_was_expected(folder: Path) -> None:
    write(folder, "a", hit="a.com")
    write(folder, "b")
    result = run("test")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "a: examples.hit, number 1",
        "  - expected: hit",
        "  + got:      miss",
        "    /shared/example/a.com, 5 bytes, text/plain (declared: application/x-dosexec)",
        "      extension: no",
        "2 rules, 4 examples: 1 rules failed",
    ]


def test_examples_as_json_are_one_object_for_each_rule(folder: Path) -> None:
    write(folder, "a", hit="a.com")
    write(folder, "b")
    failed, well = lines(run("test", "--json"))
    assert (failed["rule"], failed["ok"], len(failed["failures"])) == ("a", False, 1)  # type: ignore[arg-type]
    assert well == {"rule": "b", "ok": True, "examples": {"hit": 1, "miss": 1}, "failures": []}


def test_check_speaks_of_examples_and_of_lint_and_ends_with_1_from_medium_on(folder: Path) -> None:
    write(folder, "a", hit="a.com")
    write(folder, "b")
    result = run("check", "--json")
    assert result.exit_code == 1
    assert [(line["rule"], line["concern"], line["what"]) for line in lines(result)] == [
        ("b", "medium", "matches exactly what a matches"),
        ("a", "high", "example hit 1 does not do what it says"),
    ]


def test_check_ends_with_0_where_only_small_things_are_left(folder: Path) -> None:
    (folder / "a.yaml").write_text(RULE.format(id="a", hit="a.exe").replace("references: [https://example.com/]\n", ""))
    result = run("check")
    assert (result.exit_code, result.stdout) == (
        0,
        "a: low: has no references\n    Name a source for what it looks for.\n",
    )


def test_check_speaks_of_yara_files_beside_the_rules(folder: Path) -> None:
    write(folder, "a")
    (folder / "bad.yar").write_text("\nrule bad { condition: nothing }")
    (folder / "slow.yar").write_text("rule slow { strings: $a = /a+/ condition: $a }")
    result = run("check", "--json")
    assert result.exit_code == 1
    assert [(line["rule"], line["concern"]) for line in lines(result)] == [
        ("rules/bad.yar:2", "high"),
        ("rules/slow.yar:1", "medium"),
    ]
    assert "1 rules, 1 YARA rules, 2 issues; " in run("check").stderr


def test_the_list_is_a_table_and_as_json_one_object_for_each_rule(folder: Path) -> None:
    write(folder, "a")
    assert run("list").stdout.splitlines()[2].split() == ["a", "stable", "high", "quarantine", "A", "rule"]
    assert lines(run("list", "--json")) == [
        {
            "id": "a",
            "status": "stable",
            "severity": "high",
            "actions": ["quarantine"],
            "title": "A rule",
            "file": "rules/a.yaml",
        }
    ]


def test_no_rules_are_no_error(folder: Path) -> None:
    assert [run(command).exit_code for command in ("check", "test", "list")] == [0, 0, 0]


@pytest.mark.parametrize("command", ["check", "test", "list"])
def test_without_paths_the_rules_of_the_settings_file_are_meant(folder: Path, command: str) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere, "other")
    Path("token").write_text("t0ken")
    Path("s.yaml").write_text(
        "domains: [{name: a, host: a.egnyte.com, token_file: token}]\nrules: {paths: [elsewhere]}\n"
    )

    assert run(command, "--config", "s.yaml").exit_code == 0
    assert "other" in run("list", "--config", "s.yaml").stdout
