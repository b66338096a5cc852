"""What is done about verdicts, and what holds it back: every key with its meaning, unit, default and reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scanner.settings.section import Section
from scanner.settings.units import Duration, Whole, at_least, at_most

_Files = Annotated[int, Field(ge=1, le=1_000_000), Whole]


class RemediationSettings(Section):
    """Acting on verdicts, and the brakes on it. What a brake holds waits for a person (docs/brakes.md)."""

    mode: Literal["enforce", "dry-run"] = "enforce"
    """dry-run records the same plans and performs nothing."""
    max_per_hour: _Files = 100
    """Files acted on per hour and domain; further plans are held until a person decides. Comments do not count."""
    max_per_rule_per_hour: _Files = 25
    """The same for one rule: a bad rule must not empty a domain."""
    max_per_signature_per_hour: _Files = 25
    """The same for one signature: nor must a bad signature update."""
    max_share_percent: Annotated[int, Field(ge=1, le=100), Whole] = 5
    """Most of the versions judged within an hour that one rule or signature may flag before its plans are held; 100
    switches this off."""
    unusual_factor: Annotated[int, Field(ge=2, le=1_000), Whole] = 10
    """What flags much as a rule may flag so many times its share of the week before, where that is more."""
    share_min_found: _Files = 10
    """Fewer versions flagged within the hour are no share to speak of."""
    share_min_judged: _Files = 100
    """Nor is anything a share of fewer versions judged."""


class QuarantineSettings(Section):
    """What lies in quarantine, and what becomes of it (docs/quarantine.md)."""

    allow_released_for: Annotated[Duration, at_least("1d"), at_most("731d")] = Field(
        default="90d", validate_default=True
    )
    """How long what was found in a released content does not count, wherever it turns up in the domain; whole days.
    Then somebody has to look again."""
    purge_after: Annotated[Duration, at_least("1d")] | None = None
    """How long a file lies in quarantine before `scanner quarantine purge` may delete it; for ever, unless written."""
    purge_needs: Literal["one-person", "two-people"] = "two-people"
    """Who is needed for that: with two people one requests and another confirms."""
