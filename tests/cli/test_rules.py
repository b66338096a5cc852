"""`scanner rules check`, `list` and `schema`: exit codes, what goes to which output, and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.rulebook.schema import rule_schema
from tests.cli.rules import SHIPPED, lines, run, write

COMMANDS = ("check", "lint", "test", "list")


def test_all_is_well_with_the_rules_that_are_shipped() -> None:
    for command in ("check", "lint", "test"):
        result = run(command, str(SHIPPED))
        assert (command, result.exit_code) == (command, 0)
    assert run("test", str(SHIPPED)).stdout.endswith("all as written\n")


def test_the_folder_rules_is_meant_where_no_path_is_given(rules: Path) -> None:
    write(rules, "a")
    assert [line["id"] for line in lines(run("list", "--json"))] == ["a"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_rule_that_cannot_be_read_ends_every_command_with_all_problems_on_standard_error(
    rules: Path, command: str
) -> None:
    (rules / "a.yaml").write_text("id: a\ntitel: x\n")
    result = run(command, "rules")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "rules/a.yaml:2: titel: unknown key\n    Did you mean title?" in result.stderr
    assert {line["where"] for line in lines(run(command, "--json"))} == {"rules/a.yaml:1", "rules/a.yaml:2"}


@pytest.mark.parametrize("without", ["hit", "miss"])
def test_a_rule_without_a_hit_or_a_miss_is_refused(rules: Path, without: str) -> None:
    file = write(rules, "a")
    file.write_text("\n".join(line for line in file.read_text().splitlines() if not line.startswith("examples")))
    other = "miss" if without == "hit" else "hit"
    with file.open("a") as written:
        written.write(f"\nexamples:\n  {other}: [{{name: a}}]\n")
    result = run("test")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"examples.{without}: is required" in result.stderr


def test_what_loads_is_told_in_one_line(rules: Path) -> None:
    write(rules, "a")
    (rules / "b.yar").write_text("rule b { condition: filesize == 7 }")
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("1 rules, 1 YARA rules: no problem found; rulebook sha256:")
    assert (run("check", "--json").exit_code, run("check", "--json").stdout) == (0, "")


def test_a_yara_file_that_is_disabled_is_a_problem_with_file_and_line(rules: Path) -> None:
    write(rules, "a")
    (rules / "bad.yar").write_text("\nrule bad { condition: nothing }")
    result = run("check")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("rules/bad.yar:2: the file is disabled: ")
    assert [line["where"] for line in lines(run("check", "--json"))] == ["rules/bad.yar:2"]


def test_the_list_is_a_table_and_as_json_one_object_for_each_rule(rules: Path) -> None:
    write(rules, "a")
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


def test_no_rules_are_no_error(rules: Path) -> None:
    assert [run(command).exit_code for command in COMMANDS] == [0] * len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_without_paths_the_rules_of_the_settings_file_are_meant(rules: Path, command: str) -> None:
    elsewhere = rules.parent / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere, "other")
    Path("token").write_text("t0ken")
    Path("s.yaml").write_text(
        "domains: [{name: a, host: a.egnyte.com, token_file: token}]\nrules: {paths: [elsewhere]}\n"
    )

    assert run(command, "--config", "s.yaml").exit_code == 0
    assert "other" in run("list", "--config", "s.yaml").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_settings_file_here_is_in_force_as_for_every_command_and_no_token_is_needed(
    rules: Path, command: str
) -> None:
    (rules.parent / "elsewhere").mkdir()
    (rules / "broken.yaml").write_text("id: [")
    write(rules.parent / "elsewhere", "other")
    Path("scanner.yaml").write_text(
        "domains: [{name: a, host: a.egnyte.com, token_file: not-here}]\nrules: {paths: [elsewhere]}\n"
    )
    assert run(command).exit_code == 0
    assert "other" in run("list").stdout


def test_paths_that_are_given_win_over_it(rules: Path) -> None:
    write(rules, "a")
    Path("scanner.yaml").write_text(
        "domains: [{name: a, host: a.egnyte.com, token_file: not-here}]\nrules: {paths: [elsewhere]}\n"
    )
    assert [line["id"] for line in lines(run("list", "--json", "rules"))] == ["a"]


def test_the_schema_is_printed_for_people_and_in_one_line() -> None:
    assert json.loads(run("schema").stdout) == json.loads(run("schema", "--json").stdout) == rule_schema()
    assert len(run("schema", "--json").stdout.splitlines()) == 1
