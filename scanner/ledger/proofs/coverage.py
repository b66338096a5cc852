"""What was seen and what became of it, counted: each version stands in exactly one place of the account. Pure.

A figure is never the rest of a subtraction: what fits nowhere is counted as unaccounted, and that is a defect.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scanner.model import Outcome, Unchecked, Unscannable, VerdictKind

NOT_YET = "not-yet-scanned"
OTHER = "other"
"""Reasons outside the closed lists, as an older version of the product may have written them."""
LOOKED_AT = (VerdictKind.CLEAN, VerdictKind.FLAGGED, VerdictKind.INFECTED)
_OPEN = ("queued", "running", "waiting")
_UNSCANNABLE = frozenset(Unscannable)
_UNCHECKED = frozenset(Unchecked)


class Standing(StrEnum):
    """Where a version stands that has no verdict of an engine."""

    OPEN = "open"
    UNSCANNABLE = "unscannable"
    UNCHECKED = "unchecked"
    """Given up."""
    GONE = "gone"
    SUPERSEDED = "superseded"
    UNACCOUNTED = "unaccounted"
    """Nowhere: there is no such version, or we have a defect."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides where a version stands, as its row says it."""

    state: str
    outcome: str | None
    gap_reason: str | None
    kind: str | None
    """Of its verdict."""
    reasons: str | None = None
    """Of the verdict, as JSON; only where nobody looked."""
    reused: bool = False
    """Its verdict rests on a look at the same content, for the sake of another version."""


def stand(facts: Facts) -> tuple[VerdictKind | Standing, str]:
    """The one place, and the reason, which is empty where there is none to give."""
    if facts.kind in LOOKED_AT:
        return VerdictKind(facts.kind), ""
    if facts.kind == VerdictKind.UNSCANNABLE:
        return Standing.UNSCANNABLE, _first(facts.reasons, _UNSCANNABLE)
    if facts.kind == VerdictKind.UNCHECKED:
        return Standing.UNCHECKED, _first(facts.reasons, _UNCHECKED)
    if facts.kind is not None:
        return Standing.UNACCOUNTED, ""
    if facts.state in _OPEN:
        return Standing.OPEN, _known(facts.gap_reason) if facts.gap_reason else NOT_YET
    if facts.outcome in (Outcome.GONE, Outcome.SUPERSEDED):
        return Standing(facts.outcome), ""
    if facts.state == "parked":
        return Standing.UNCHECKED, _known(facts.gap_reason)
    return Standing.UNACCOUNTED, ""


def _first(reasons: str | None, known: frozenset[Unscannable] | frozenset[Unchecked]) -> str:
    """The first that is of the list: rules that could not be decided stand among them, too."""
    told = json.loads(reasons) if reasons else []
    return next((str(one) for one in told if one in known), OTHER)


def _known(reason: str | None) -> str:
    return reason if reason in _UNCHECKED or reason in _UNSCANNABLE else OTHER


@dataclass(slots=True)
class Figures:
    """The account of one folder."""

    seen: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    """By kind: those whose content an engine has looked at."""
    unscannable: Counter[str] = field(default_factory=Counter)
    """By reason, like the next two."""
    unchecked: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    superseded: int = 0
    unaccounted: int = 0
    reused: int = 0
    """Of those judged and unscannable, whose content was looked at for the sake of another version."""
    oldest_open: datetime | None = None
    """When the oldest open version was uploaded, or first seen where that is not known."""

    def add(self, facts: Facts, since: datetime) -> None:
        """One more version; `since` is when it was uploaded or first seen."""
        place, reason = stand(facts)
        self.seen += 1
        self.reused += facts.reused and (isinstance(place, VerdictKind) or place is Standing.UNSCANNABLE)
        if isinstance(place, VerdictKind):
            self.judged[place.value] += 1
        elif place is Standing.UNSCANNABLE:
            self.unscannable[reason] += 1
        elif place is Standing.UNCHECKED:
            self.unchecked[reason] += 1
        elif place is Standing.OPEN:
            self.open[reason] += 1
            self.oldest_open = since if self.oldest_open is None else min(since, self.oldest_open)
        elif place is Standing.GONE:
            self.gone += 1
        elif place is Standing.SUPERSEDED:
            self.superseded += 1
        else:
            self.unaccounted += 1

    @property
    def complete(self) -> bool:
        """Nothing is open, given up or unaccounted for."""
        return not (self.open.total() or self.unchecked.total() or self.unaccounted)


@dataclass(frozen=True, slots=True)
class Place:
    """One folder of a domain with its figures; `folder` is empty for what lies in none of those asked for."""

    domain: str
    folder: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class EventAccount:
    """What became of the events of a domain that were recorded. A domain that was restored from a backup counts its ids
    anew: `epoch` says how often that was.

    Ids count what happens in the whole domain, and the platform gives us those events that we may see. So an id that no
    event came with is no loss by itself: what shows a loss is a gap.
    """

    domain: str
    epoch: int
    queued: int = 0
    walk: int = 0
    """Folders that arrived as a whole."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """By reason."""
    first_id: int = 0
    last_id: int = 0
    without_version: int = 0
    """Events queued whose version is not in the ledger: none, or we have a defect."""

    @property
    def recorded(self) -> int:
        return self.queued + self.walk + sum(self.skipped.values())

    @property
    def ids_without_event(self) -> int:
        """Between the first and the last."""
        return self.last_id - self.first_id + 1 - self.recorded


@dataclass(frozen=True, slots=True)
class SeenGap:
    """A stretch of events nobody saw."""

    domain: str
    reason: str
    since: datetime | None
    until: datetime | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Folders of a domain that are still to be listed; refused: that the platform does not let us."""

    domain: str
    waiting: int
    refused: int


@dataclass(frozen=True, slots=True)
class Unheld:
    """Events of a domain that were recorded up to a moment, and in it, may have been dropped as old: they are counted
    nowhere. Versions are not dropped."""

    domain: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole account of a period: versions first seen and events recorded in it, and gaps that touch it."""

    at: datetime
    since: datetime | None
    until: datetime | None
    places: tuple[Place, ...] = ()
    events: tuple[EventAccount, ...] = ()
    gaps: tuple[SeenGap, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    unheld: tuple[Unheld, ...] = ()
    """Of the domains of which something in the period is not held."""

    @property
    def counted(self) -> bool:
        """All events of the period are held. Where it has no beginning, it begins with what is held."""
        return all(self.since is None and (self.until is None or self.until > one.until) for one in self.unheld)

    @property
    def complete(self) -> bool:
        """Every version has its outcome, there is none that may have passed unseen, and nothing asked for was
        dropped."""
        return self.counted and (
            all(place.figures.complete for place in self.places)
            and all(gap.closed_at is not None for gap in self.gaps)
            and not self.unlisted
            and not any(account.without_version for account in self.events)
        )


class Folders:
    """Which of some folders a path lies in. Names differ not by case alone (fact sheet 1.4)."""

    def __init__(self, folders: Mapping[str, Sequence[str]]) -> None:
        """By domain; of two in one another the first counts."""
        self._of = {
            domain: [(f"{folder.rstrip('/').lower()}/", folder) for folder in some] for domain, some in folders.items()
        }

    def of(self, domain: str, path: str) -> str | None:
        """None where it lies in none of them."""
        place = f"{path.lower()}/"
        return next((folder for prefix, folder in self._of.get(domain, ()) if place.startswith(prefix)), None)
