"""How many versions were judged, and for which reasons, in tens of minutes: what a brake compares a burst with.

Kept beside the verdicts, since a week of these cannot be counted each time that somebody asks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, select

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import tallies
from scanner.model import Unchecked, Unscannable, Verdict

ALL = ""
"""The name under which every version is counted. No rule and no signature is called so."""
_MINUTES = 10
SPAN = timedelta(minutes=_MINUTES)
KEPT = timedelta(days=8)

_PUT = upsert(tallies).values(
    domain=bindparam("d"), since=bindparam("s", type_=tallies.c.since.type), name=bindparam("n"), versions=1
)
_COUNT = _PUT.on_conflict_do_update(
    index_elements=["domain", "since", "name"], set_={"versions": tallies.c.versions + 1}
)
_SUMS = (
    select(tallies.c.name, func.sum(tallies.c.versions))
    .where(
        tallies.c.domain == bindparam("d"),
        tallies.c.since >= bindparam("a", type_=tallies.c.since.type),
        tallies.c.since < bindparam("b", type_=tallies.c.since.type),
    )
    .group_by(tallies.c.name)
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Versions judged in a stretch of time."""

    judged: int
    found: Counter[str]
    """By reason of the verdict; a version with two reasons counts for both."""


def record(connection: Connection, verdict: Verdict, now: datetime) -> None:
    """In the transaction of the verdict."""
    since = span_of(now)
    for name in dict.fromkeys((ALL, *verdict.reasons)):
        connection.execute(_COUNT, {"d": verdict.version.domain, "s": since, "n": name})


def span_of(moment: datetime) -> datetime:
    """The beginning of the ten minutes in which it lies."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % _MINUTES, second=0, microsecond=0)


def tally(connection: Connection, domain: str, since: datetime, until: datetime) -> Tally:
    """From the ten minutes in which `since` lies, to the end of those before the ones in which `until` lies."""
    values = {"d": domain, "a": span_of(since), "b": span_of(until)}
    found = Counter({row[0]: row[1] for row in connection.execute(_SUMS, values)})
    return Tally(found.pop(ALL, 0), found)


def found(connection: Connection, since: datetime) -> Counter[str]:
    """In all domains, from the ten minutes in which `since` lies: versions by the signature or rule that they had."""
    versions = func.sum(tallies.c.versions)
    named = (tallies.c.since >= span_of(since)) & tallies.c.name.not_in([ALL, *Unscannable, *Unchecked])
    query = select(tallies.c.name, versions).where(named).group_by(tallies.c.name)
    return Counter({row[0]: row[1] for row in connection.execute(query)})


def prune(connection: Connection, now: datetime) -> int:
    """Drop what no brake asks for any more; gives how many rows. A few hundred a day."""
    return connection.execute(delete(tallies).where(tallies.c.since < now - KEPT)).rowcount
