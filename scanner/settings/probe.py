"""Files of our own that show whether everything works: every key with its meaning, unit, default and reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scanner.settings.section import Section
from scanner.settings.units import Duration, at_least


class ProbeSettings(Section):
    """A harmless file of our own goes the whole way, in each domain that has a `probe_folder` (docs/probe.md)."""

    every: Annotated[Duration, at_least("1m")] = Field(default="60m", validate_default=True)
    """How often. One costs 11 API calls: 264 of a day's quota at 60m, for each domain."""
    patience: Annotated[Duration, at_least("1s")] = Field(default="15m", validate_default=True)
    """Longest time that one leg of the way may take. Not below events.max_interval: an event may be read that late."""
