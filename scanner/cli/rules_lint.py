"""`scanner rules lint`: how rules that can be understood could be better."""

from __future__ import annotations

import typer

from scanner.cli.common import ExitCode, JsonOption, note, print_json, say
from scanner.cli.rules_common import PathsArgument, SettingsOption, load_all_or_exit, yara_or_exit
from scanner.rulebook.lint import Concern, lint, lint_shared
from scanner.rulebook.yara_lint import lint_yara, lint_yara_names


def lint_rules(paths: PathsArgument = None, config: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Say how the rules could be better. Exit 1 where one does not do what is written in it (concern high).

    Example: scanner rules lint my-rules
    """
    loaded = load_all_or_exit(paths, config, as_json)
    rules = loaded.rules
    yara = yara_or_exit(paths, config, as_json)
    issues = [*lint(rules), *lint_shared(loaded.unused), *lint_yara(yara), *lint_yara_names(rules.values(), yara)]
    for issue in issues:
        if as_json:
            print_json(issue)
        else:
            say(f"{issue.rule}: {issue.concern}: {issue.what}", f"    {issue.remedy}")
    if not as_json:
        counts = ", ".join(f"{sum(one.concern is concern for one in issues)} {concern}" for concern in Concern)
        note(f"{len(rules)} rules, {len(yara.rules)} YARA rules; issues: {counts}")
    serious = any(issue.concern is Concern.HIGH for issue in issues)
    raise typer.Exit(ExitCode.FOUND if serious else ExitCode.NOTHING_FOUND)
