"""How much the log of the service says."""

from __future__ import annotations

import logging
from typing import Literal

from scanner.settings.section import Section


class LogSettings(Section):
    """The operational log of `scanner run` (docs/logs.md)."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lines below it are left out; `debug` adds one for each call to the API. Libraries stay at `info` or above."""

    @property
    def lowest(self) -> int:
        """The level as the standard library counts."""
        return logging.getLevelNamesMapping()[self.level.upper()]
