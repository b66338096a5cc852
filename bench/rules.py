"""The engine of the shipped rules over local files, apart from clamd; what the benches on it share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from demo.stage import REPOSITORY
from scanner.inspection.apart import Once
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import EntryId, FileVersion, GroupId
from scanner.rulebook.load import load_rulebook
from scanner.service.changes.yara import load_yara
from scanner.service.engines.engines import unpacker_of
from scanner.settings import LocalSettings

RULES = REPOSITORY / "rules"


def settings_in(folder: Path) -> LocalSettings:
    """The defaults, with the shipped rules and a spool of one's own."""
    return LocalSettings.model_validate({"rules": {"paths": [str(RULES)]}, "spool": {"dir": str(folder)}})


@contextmanager
def shipped_rules(settings: LocalSettings) -> Iterator[tuple[RuleEngine, Once]]:
    """The rules with all that they may ask, and through whom contents are to be taken apart once."""
    with (
        closing(YaraScanner(load_yara(settings), settings.yara, folder=settings.spool.dir)) as yara,
        closing(unpacker_of(settings)) as unpacker,
    ):
        once = Once(unpacker)
        yield RuleEngine(load_rulebook(settings.rules.paths), yara, once), once


def version_at(path: str) -> FileVersion:
    return FileVersion("bench", GroupId("bench"), EntryId(path), path, "create")
