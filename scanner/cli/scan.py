"""`scanner scan PATH…`: look at local files with the same engines and rules; nothing is recorded or moved."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stopped_by_user_errors,
)
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.apart import Once
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamds import Clamds
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.panel import Panel
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.yara.scanning import YaraScanner
from scanner.judge.verdict import judge
from scanner.model import EntryId, FileVersion, Gap, GroupId, Inspection, Verdict, VerdictKind
from scanner.rulebook.load import load_rulebook
from scanner.service.changes.yara import load_yara
from scanner.service.engines.engines import panel_of, unpacker_of
from scanner.settings import LocalSettings, Settings, load_local_settings


def scan(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)],
    config: ConfigOption,
    json: JsonOption = False,
) -> None:
    """Scan local files and folders. Without a settings file the defaults hold, and the environment.

    Example: scanner scan ~/Downloads --json
    """
    settings = _settings(config)
    spool = Spool(settings.spool)
    worst = ExitCode.NOTHING_FOUND
    unlisted: list[OSError] = []
    with ExitStack() as open_until_the_end:
        with stopped_by_user_errors():
            panel = _panel(settings, open_until_the_end)
        for path in _files(paths, unlisted.append):
            verdict = _look(path, panel, spool, settings.spool.max_file)
            _print(verdict, json)
            worst = max(worst, _code(verdict))
    for error in unlisted:
        note(f"{error.filename}: cannot be listed: {error.strerror}")
        worst = max(worst, ExitCode.UNFINISHED)
    raise typer.Exit(worst)


def _panel(settings: LocalSettings | Settings, open_until_the_end: ExitStack) -> Panel:
    """The engines of a service, without what a self-test would have found out."""
    rulebook = load_rulebook(settings.rules.paths)
    yara = open_until_the_end.enter_context(
        closing(YaraScanner(load_yara(settings), settings.yara, folder=settings.spool.dir))
    )
    unpacker = Once(open_until_the_end.enter_context(closing(unpacker_of(settings))))
    rules = RuleEngine(rulebook, yara, unpacker)
    clamds = Clamds(settings.clamav, hand_over=HandOver(settings.spool.dir))
    return panel_of(settings, clamds, rules, unpacker, BlindSpots)


def _settings(config: Path) -> LocalSettings | Settings:
    """Of the settings file; a default one that is not there is not missed."""
    if config != DEFAULT_CONFIG or config.exists():
        return load_or_exit(config)
    with stopped_by_user_errors():
        return load_local_settings()


def _files(paths: list[Path], unlisted: Callable[[OSError], None]) -> Iterator[Path]:
    """Regular files below the paths, links not followed, in a stable order. A path that is named itself may be a link,
    and anything at all."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path, onerror=unlisted):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names) if _is_regular(Path(folder, name)))


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True  # reading it will say why not


def _look(path: Path, panel: Panel, spool: Spool, max_file: int) -> Verdict:
    version = FileVersion("local", GroupId(""), EntryId(""), str(path.absolute()), action="listing")
    gap = panel.ready()
    if gap is not None:
        return judge(version, (Inspection("fetch", "", gap=gap),), None, panel.names)
    with read_local(path, spool, max_file=max_file) as content:
        if isinstance(content, Gap):
            return judge(version, (Inspection("fetch", "", gap=content),), None, panel.names)
        return judge(version, panel.inspect(version, NobodyToAsk(), content), content.facts, panel.names)


def _print(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        content = verdict.content
        print_json(
            {
                "path": verdict.version.path,
                "kind": verdict.kind.value,
                "reasons": list(verdict.reasons),
                "sha256": content.sha256 if content else None,
                "size": content.size if content else None,
                "mime": content.mime if content else None,
                "details": _details(verdict),
            }
        )
    else:
        why = "; ".join((", ".join(verdict.reasons), *_details(verdict)))
        say(f"{verdict.kind.value:<12} {verdict.version.path}" + (f"  ({why})" if why else ""))


def _details(verdict: Verdict) -> list[str]:
    """What stood in the way of looking, in words: nothing is recorded where one could read it later."""
    return [one.gap.detail for one in verdict.inspections if one.gap is not None and one.gap.detail]


def _code(verdict: Verdict) -> ExitCode:
    if verdict.kind is VerdictKind.CLEAN:
        return ExitCode.NOTHING_FOUND
    return ExitCode.UNFINISHED if verdict.kind is VerdictKind.UNCHECKED else ExitCode.FOUND
