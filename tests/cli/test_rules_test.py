"""`scanner rules test`: what is shown of an example that fails, exit codes, JSON and JUnit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.rules import SHIPPED, lines, run, write

SHARED = "{any: [{folder: /Shared/Sales}, {text: secret}], not: {extension: exe}}"


def test_an_example_that_fails_is_shown_beside_what_was_expected(rules: Path) -> None:
    write(rules, "a", hit="{name: a.com, text: hello}")
    write(rules, "b")
    write(rules, "c", SHARED, hit="{text: a secret}, {name: a.txt, text: nothing}", miss="{name: a.exe, text: secret}")
    result = run("test")
    assert (result.exit_code, result.stderr) == (1, "")
    assert (
        result.stdout
        == """\
a: examples.hit, number 1
  - expected: hit
  + got:      miss
    /shared/example/a.com, 5 bytes, text/plain (declared: application/x-dosexec)
      extension: no (a.com)
c: examples.hit, number 2
  - expected: hit
  + got:      miss
    /shared/example/a.txt, 7 bytes, text/plain (declared: text/plain)
      not: yes
        extension: no (a.txt)
      any: no
        folder: no (/shared/example)
        text: no (not found)
3 rules, 7 examples: 2 rules failed
"""
    )


def test_examples_as_json_are_one_object_for_each_rule(rules: Path) -> None:
    write(rules, "a", hit="{name: a.com}")
    write(rules, "b")
    failed, well = lines(run("test", "--json"))
    (failure,) = failed["failures"]  # type: ignore[misc]
    assert (failed["rule"], failed["ok"]) == ("a", False)
    assert (failure["expected"], failure["number"], failure["got"]) == ("hit", 1, "miss")  # type: ignore[index]
    assert failure["conditions"] == [{"key": "extension", "answer": "no", "fact": "a.com", "inner": []}]  # type: ignore[index]
    assert well == {"rule": "b", "ok": True, "examples": {"hit": 1, "miss": 1}, "failures": []}


def test_only_the_rules_that_are_named_are_tried(rules: Path) -> None:
    for name in ("a", "b", "c"):
        write(rules, name, hit="{name: a.com}")
    assert [line["rule"] for line in lines(run("test", "--rule", "a", "--rule", "c", "--json"))] == ["a", "c"]


def test_a_rule_that_is_not_there_is_a_wrong_use(rules: Path) -> None:
    write(rules, "double-extension")
    result = run("test", "--rule", "double-extensoin")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "There is no rule double-extensoin among these 1.\n    Did you mean double-extension?\n"


def test_rules_are_tried_with_yara_and_with_the_sandbox_where_they_ask_for_them(rules: Path) -> None:
    (rules / "m.yar").write_text('rule marked { strings: $a = "a marker" condition: $a }')
    write(rules, "marked", "{yara: marked}", hit="{text: a marker}", miss="{zip_of: {a: a marker}}")
    write(rules, "inside", "{member: {yara: marked}}", hit="{zip_of: {a: a marker}}", miss="{zip_of: {a: none}}")
    write(rules, "code", "{has: macro}", hit="{docx_with_macro: {source: Beep}}", miss="{docx: Beep}")
    result = run("test")
    assert (result.exit_code, result.stdout) == (0, "3 rules, 6 examples: all as written\n")


def test_a_broken_yara_file_fails_the_rules_that_ask_for_it_and_no_others(rules: Path) -> None:
    (rules / "m.yar").write_text("rule marked { condition: nothing }")
    write(rules, "marked", "{yara: marked}", hit="{text: a marker}", miss="{text: none}")
    write(rules, "other")
    assert [(line["rule"], line["ok"]) for line in lines(run("test", "--json"))] == [("marked", False), ("other", True)]


def test_what_nobody_can_say_is_an_end_of_its_own(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox of this machine starts nothing."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    write(rules, "code", "{has: macro}", hit="{docx_with_macro: {source: Beep}}", miss="{text: a}")
    result = run("test")
    assert result.exit_code == 3
    assert "  + got:      undecided: rule code: taking apart: no process can be started: " in result.stdout


def test_on_a_terminal_there_is_a_progress_bar_and_the_result_is_free_of_it(rules: Path) -> None:
    write(rules, "a")
    screen, terminal = os.openpty()
    command = [sys.executable, "-m", "scanner", "rules", "test", str(rules.absolute())]
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=terminal, text=True, check=True, env=environ, cwd=SHIPPED.parent
    )
    shown = os.read(screen, 10_000).decode()
    os.close(screen)
    os.close(terminal)
    assert ("Trying examples" in shown, result.stdout) == (True, "1 rules, 2 examples: all as written\n")


def test_junit_has_a_case_for_each_example(rules: Path) -> None:
    write(rules, "a", hit="{name: a.com}, {name: b.exe}")
    write(rules, "b")
    assert run("test", "--junit", "out.xml").exit_code == 1
    (suite,) = ElementTree.parse("out.xml").getroot()
    cases = [(case.get("classname"), case.get("name"), [one.tag for one in case]) for case in suite.iter("testcase")]
    assert cases == [
        ("rules.a", "hit 1", ["failure"]),
        ("rules.a", "hit 2", []),
        ("rules.a", "miss 1", []),
        ("rules.b", "hit 1", []),
        ("rules.b", "miss 1", []),
    ]
    assert [suite.get(key) for key in ("name", "tests", "failures", "errors")] == ["rules", "5", "1", "0"]


def test_a_junit_file_that_cannot_be_written_ends_it(rules: Path) -> None:
    write(rules, "a")
    result = run("test", "--junit", "none/out.xml")
    assert (result.exit_code, result.stderr) == (3, "none/out.xml: cannot be written: No such file or directory\n")


def test_every_shipped_rule_has_a_case_for_each_example(tmp_path: Path) -> None:
    run("test", str(SHIPPED), "--junit", str(tmp_path / "out.xml"))
    suites = ElementTree.parse(tmp_path / "out.xml").getroot()
    counts = [line["examples"] for line in lines(run("test", str(SHIPPED), "--json"))]
    assert len(list(suites.iter("testcase"))) == sum(one["hit"] + one["miss"] for one in counts)  # type: ignore[index]
    assert {suite.get("name") for suite in suites} == {file.parent.name for file in SHIPPED.glob("[!_]*/*.yaml")}
