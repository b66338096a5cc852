"""`scanner rules check|test|list`: are the rules right, do they do what their examples say, which are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.common import ExitCode, JsonOption, load_or_exit, note, print_json, print_table, say, stop
from scanner.errors import ConfigurationError
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import Failure, rehearse
from scanner.inspection.yara.compilation import compile_rules
from scanner.rulebook.lint import Concern, Issue, lint
from scanner.rulebook.load import load_rules
from scanner.rulebook.rule import Rule, rulebook_of
from scanner.rulebook.yara_files import read_yara_files
from scanner.rulebook.yara_lint import lint_yara
from scanner.rulebook.yara_rules import YaraRules
from scanner.settings import YaraSettings

rules_app = typer.Typer(name="rules", help="Check, try out and list the rules.", no_args_is_help=True)

DEFAULT_PATHS = [Path("rules")]
PathsArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="[PATHS]...", help="Rule files and folders.", show_default="rules")
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--config", envvar="SCANNER_CONFIG", help="Without PATHS: the rules of this settings file."),
]


@rules_app.command("check")
def check_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Say everything that is wrong with the rules, and how they could be better. Exit 1 from concern medium on."""
    rules = _load_or_exit(paths, config, as_json)
    yara = _yara_or_exit(paths, config, as_json)
    issues = [*lint(rules), *(issue for rule in rules.values() for issue in _example_issues(rule)), *lint_yara(yara)]
    for issue in issues:
        if as_json:
            print_json(issue)
        else:
            say(f"{issue.rule}: {issue.concern}: {issue.what}\n    {issue.remedy}")
    if not as_json:
        counted = f"{len(rules)} rules, {len(yara.rules)} YARA rules, {len(issues)} issues"
        note(f"{counted}; {rulebook_of(rules.values()).version}")
    serious = any(issue.concern is not Concern.LOW for issue in issues)
    raise typer.Exit(ExitCode.FOUND if serious else ExitCode.NOTHING_FOUND)


def _example_issues(rule: Rule) -> list[Issue]:
    remedy = "`scanner rules test` shows what each condition said."
    return [
        Issue(rule.id, Concern.HIGH, f"example {one.expected} {one.number} does not do what it says", remedy)
        for one in rehearse(rule, mime_of)
    ]


@rules_app.command("test")
def try_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Try every example of every rule. Exit 1 where one does not do what it says, 2 where a rule cannot be read."""
    rules = _load_or_exit(paths, config, as_json)
    failed = 0
    for rule in rules.values():
        failures = rehearse(rule, mime_of)
        failed += bool(failures)
        if as_json:
            tried = {"hit": len(rule.examples.hit), "miss": len(rule.examples.miss)}
            print_json({"rule": rule.id, "ok": not failures, "examples": tried, "failures": failures})
        for failure in () if as_json else failures:
            say(_diff(failure))
    if not as_json:
        count = sum(len(rule.examples.hit) + len(rule.examples.miss) for rule in rules.values())
        say(f"{len(rules)} rules, {count} examples: {f'{failed} rules failed' if failed else 'all as written'}")
    raise typer.Exit(ExitCode.FOUND if failed else ExitCode.NOTHING_FOUND)


_ANSWERS = {True: "yes", False: "no", None: "not asked"}


def _diff(failure: Failure) -> str:
    facts = failure.facts
    lines = [
        f"{failure.rule}: examples.{failure.expected}, number {failure.number}",
        f"  - expected: {failure.expected}",
        f"  + got:      {failure.got}",
        f"    {facts.path}, {facts.size} bytes, {facts.mime} (declared: {facts.declared_mime or 'nothing'})",
        *(f"      {key}: {_ANSWERS[answer]}" for key, answer in failure.answers),
    ]
    return "\n".join(lines)


@rules_app.command("list")
def list_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """List the rules with status, severity, actions and title."""
    rules = _load_or_exit(paths, config, as_json)
    if as_json:
        for file, rule in rules.items():
            print_json({**_row(rule), "file": file})
        return
    print_table(("id", "status", "severity", "actions", "title"), (_cells(rule) for rule in rules.values()))


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


def _load_or_exit(paths: list[Path] | None, config: Path | None, as_json: bool) -> Mapping[Path, Rule]:
    with _problems_told(as_json):
        return load_rules(_paths(paths, config))


def _yara_or_exit(paths: list[Path] | None, config: Path | None, as_json: bool) -> YaraRules:
    settings = YaraSettings() if config is None else load_or_exit(config).yara
    with _problems_told(as_json):
        return compile_rules(read_yara_files(_paths(paths, config)), settings)


def _paths(paths: list[Path] | None, config: Path | None) -> list[Path]:
    """Those given; else those of the settings file, if one is named; else the folder `rules`."""
    return paths or (DEFAULT_PATHS if config is None else list(load_or_exit(config).rules.paths))


@contextmanager
def _problems_told(as_json: bool) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        if not as_json:
            stop(str(error), ExitCode.USAGE)
        for problem in error.problems:
            print_json(problem)
        raise typer.Exit(ExitCode.USAGE) from error
