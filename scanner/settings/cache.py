"""Verdicts for contents that were looked at before: every key with its meaning, unit, default and reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scanner.settings.section import Section
from scanner.settings.units import Duration, Whole, at_least


class CacheSettings(Section):
    """Contents that engines have looked at already are not downloaded again (docs/cache.md)."""

    enabled: bool = True
    """Off, every version is downloaded, and nothing is kept for later ones."""
    max_age: Annotated[Duration, at_least("1m")] = Field(default="7d", validate_default=True)
    """How long a look may stand for others. New signatures or other settings of the engines end that at once. Of no use
    beyond ledger.facts_for."""
    audit_share: Annotated[float, Field(ge=0.001, le=1)] = 0.01
    """Of the versions that need no download, how many are downloaded all the same, to compare: 0.01 is one in a
    hundred. Nobody can tell which. It cannot be turned off."""
    list_from: Annotated[int, Field(ge=2, le=1_000), Whole] = 10
    """Versions of one folder that must wait for their checksum before the folder is listed for it, which costs a call
    for a thousand of them. With 10, it costs at most a tenth more calls where all of them are new."""
