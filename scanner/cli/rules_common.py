"""What the commands on rules share: which rules are meant, and the engine that tries them out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.common import (
    DEFAULT_CONFIG,
    ExitCode,
    load_or_exit,
    print_json,
    stop,
    stopped_by_user_errors,
    told,
)
from scanner.errors import ConfigurationError
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.rulebook.conditions import Condition
from scanner.rulebook.content_conditions import Scanned
from scanner.rulebook.load import Loaded, load_all
from scanner.rulebook.match import every_condition
from scanner.rulebook.rule import Rule, Rulebook
from scanner.rulebook.yara_files import read_yara_files
from scanner.rulebook.yara_rules import YaraRules
from scanner.service.engines.engines import unpacker_of
from scanner.settings import LocalSettings, Settings, load_local_settings

PathsArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="[PATHS]...", help="Rule files and folders.", show_default="rules.paths")
]
SettingsOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="SCANNER_CONFIG",
        help="The settings file; without any the defaults hold, and the environment.",
        show_default=f"{DEFAULT_CONFIG}, where there is one",
    ),
]
FILES_OF = ("unpack",)
"""Sections whose files have to be there. Rules are written where no token is."""
RuleOption = Annotated[
    list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; may be given several times.")
]


def load_all_or_exit(paths: Sequence[Path] | None, config: Path | None, as_json: bool) -> Loaded:
    """Otherwise all problems, and exit 2."""
    with problems_told(as_json):
        return load_all(rule_paths(paths, config))


def yara_or_exit(paths: Sequence[Path] | None, config: Path | None, as_json: bool) -> YaraRules:
    """The YARA files beside these rules, compiled; a file that cannot be used is in `disabled`."""
    with problems_told(as_json):
        return compile_rules(read_yara_files(rule_paths(paths, config)), settings_of(config).yara)


def rule_paths(paths: Sequence[Path] | None, config: Path | None) -> tuple[Path, ...]:
    """Those given; else those of the settings."""
    return tuple(paths or settings_of(config).rules.paths)


def settings_of(config: Path | None) -> LocalSettings | Settings:
    """Of the settings file that is named, or that lies here as for every command; else the defaults, with the
    environment over them."""
    if config is None and not DEFAULT_CONFIG.exists():
        with stopped_by_user_errors():
            return load_local_settings()
    return load_or_exit(config or DEFAULT_CONFIG, FILES_OF)


def chosen(rules: Mapping[Path, Rule], ids: Sequence[str] | None) -> dict[Path, Rule]:
    """Those of these ids, or all. Exit 2 for an id that none of them has."""
    known = {rule.id for rule in rules.values()}
    for one in ids or ():
        if one not in known:
            near = difflib.get_close_matches(one, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`scanner rules list` shows them."
            stop(f"There is no rule {one} among these {len(known)}.", f"    {hint}", code=ExitCode.USAGE)
    return {file: rule for file, rule in rules.items() if not ids or rule.id in ids}


@contextmanager
def engines(
    rules: Mapping[Path, Rule], paths: Sequence[Path] | None, config: Path | None, as_json: bool
) -> Iterator[Callable[[Rulebook], RuleEngine]]:
    """Makes engines like those of the service, which share one sandbox. YARA files are compiled only where one of these
    rules asks for them."""
    settings = settings_of(config)
    scans = any(isinstance(one, Scanned) for rule in rules.values() for one in _conditions(rule))
    with ExitStack() as stack, problems_told(as_json):
        yara = None
        if scans:
            yara = YaraScanner(yara_or_exit(paths, config, as_json), settings.yara, folder=settings.spool.dir)
            stack.callback(yara.close)
        unpacker = unpacker_of(settings)
        stack.callback(unpacker.close)
        yield lambda rulebook: RuleEngine(rulebook, yara, unpacker)


def _conditions(rule: Rule) -> Iterator[Condition[Any]]:
    """Those of its exceptions, too."""
    for tree in (rule.match, *(exception.match for exception in rule.exceptions or ())):
        yield from every_condition(tree)


@contextmanager
def problems_told(as_json: bool) -> Iterator[None]:
    """What a user can mend ends the command with exit 2: as text on standard error, or as one JSON object a line."""
    try:
        yield
    except ConfigurationError as error:
        if not as_json:
            stop(*told(error.problems), code=ExitCode.USAGE)
        for problem in error.problems:
            print_json(problem)
        raise typer.Exit(ExitCode.USAGE) from error
