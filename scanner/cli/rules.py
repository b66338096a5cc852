"""`scanner rules`: are they right, do they do what their examples say, how could they be better, which are there."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scanner.cli.common import ExitCode, JsonOption, note, print_json, print_table, say, told
from scanner.cli.rules_common import PathsArgument, SettingsOption, load_all_or_exit, yara_or_exit
from scanner.cli.rules_explain import explain_rules
from scanner.cli.rules_lint import lint_rules
from scanner.cli.rules_replay import replay_rules
from scanner.cli.rules_test import try_rules
from scanner.errors import Problem
from scanner.rulebook.rule import Rule, rulebook_of
from scanner.rulebook.schema import rule_schema, shared_schema
from scanner.rulebook.yara_rules import YaraRules

rules_app = typer.Typer(name="rules", help="Check, try out and list the rules.", no_args_is_help=True)


@rules_app.command("check")
def check_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Say everything that is wrong with the rules and the YARA files beside them. Exit 2 where there is something.

    Example: scanner rules check rules my-rules
    """
    loaded = load_all_or_exit(paths, config, as_json)
    yara = yara_or_exit(paths, config, as_json)
    problems = _disabled(yara)
    for problem in problems:
        if as_json:
            print_json(problem)
        else:
            note(*told([problem]))
    if problems:
        raise typer.Exit(ExitCode.USAGE)
    if not as_json:
        rulebook = rulebook_of(loaded.rules.values())
        say(f"{len(rulebook.rules)} rules, {len(yara.rules)} YARA rules: no problem found; {rulebook.version}")


def _disabled(yara: YaraRules) -> list[Problem]:
    remedy = "Mend it: until then no rule of this file is in force."
    return [
        Problem(problem.where, f"the file is disabled: {problem.what}", problem.remedy or remedy)
        for file in yara.disabled
        for problem in file.problems
    ]


rules_app.command("lint")(lint_rules)
rules_app.command("test")(try_rules)
rules_app.command("explain")(explain_rules)
rules_app.command("replay")(replay_rules)


@rules_app.command("list")
def list_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """List the rules with status, severity, actions and title.

    Example: scanner rules list --json
    """
    rules = load_all_or_exit(paths, config, as_json).rules
    if as_json:
        for file, rule in rules.items():
            print_json({**_row(rule), "file": file})
        return
    print_table(("id", "status", "severity", "actions", "title"), (_cells(rule) for rule in rules.values()))


@rules_app.command("schema")
def schema(
    shared: Annotated[bool, typer.Option("--shared", help="That of a list or macro in _shared.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON schema of a rule file, for editors and other tools.

    Example: scanner rules schema > rule.schema.json
    """
    contents = shared_schema() if shared else rule_schema()
    if as_json:
        print_json(contents)
    else:
        say(*json.dumps(contents, indent=2).split("\n"))


def _row(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "status": rule.status,
        "severity": rule.severity,
        "actions": list(rule.actions or ()),
        "title": rule.title,
    }


def _cells(rule: Rule) -> list[str]:
    return [rule.id, rule.status, rule.severity, ", ".join(rule.actions or ()), rule.title]
