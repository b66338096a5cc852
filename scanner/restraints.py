"""What keeps the service from acting: brakes that hold a plan, and a person's word on a content. Part of the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Brake(StrEnum):
    """Which limit holds a plan. A closed list: these are metric labels."""

    HOUR = "hour"
    """Too many files of a domain within an hour."""
    RULE = "rule"
    """The same for one rule, or for one reason why a version cannot be looked at."""
    SIGNATURE = "signature"
    SHARE = "share"
    """One rule or signature flags far more of the traffic than it used to."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a plan is held."""

    brake: Brake
    subject: str
    """The rule or signature; empty where it is the domain as a whole."""
    reason: str
    """A sentence with the numbers."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A person's word, given with a release, that what was found in a content does not count."""

    id: int
    domain: str
    sha256: str
    names: tuple[str, ...]
    """The reasons for which it lay in quarantine."""
    until: date
    """The last day on which it holds, in UTC."""
    by: str
    because: str
