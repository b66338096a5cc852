"""YARA rules for these tests, compiled as the product compiles them."""

from __future__ import annotations

from pathlib import Path

from scanner.inspection.yara.compilation import compile_rules
from scanner.rulebook.yara_files import YaraFile, YaraFiles
from scanner.rulebook.yara_rules import YaraRules
from scanner.settings import YaraSettings

SETTINGS = YaraSettings.model_validate({"processes": 2, "scan_timeout": "5s"})
EVIL = 'rule evil : bad { strings: $a = "evil" $b = "wicked" condition: any of them }'
_EACH = "for all {} in (0..filesize - 1) :"
ENDLESS = f"rule endless {{ condition: {_EACH.format('i')} ({_EACH.format('j')} (uint8(i) == uint8(j))) }}"
"""Over many equal bytes it never ends."""


def found(**sources: str) -> YaraFiles:
    """As if read from files of these names."""
    files = tuple(YaraFile(Path(f"rules/{name}.yar"), name, source) for name, source in sources.items())
    return YaraFiles(files, (), "digest")


def compiled(settings: YaraSettings = SETTINGS, **sources: str) -> YaraRules:
    return compile_rules(found(**sources), settings)
