"""A person's order to delete what has been in quarantine for long enough: who may, and one file after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from scanner.cloud.client import EgnyteClient
from scanner.errors import ConfigurationError, LedgerUnavailable, Problem
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.purging import Purgeable
from scanner.ledger.rows import QuarantineRow
from scanner.model import Account, EntryId, FileVersion, GroupId, StepResult, StepState
from scanner.remediation.purge import purge
from scanner.service.orders.release import connected
from scanner.service.orders.taken_back import closing
from scanner.settings import DomainSettings, Settings

Connection = tuple[DomainSettings, EgnyteClient, Account]


def kept_until(settings: Settings, now: datetime) -> datetime:
    """What was put into quarantine before this moment may be deleted. Raises ConfigurationError where nothing may."""
    retention = settings.quarantine.purge_after
    if retention is None:
        what = "is not set, so that everything in quarantine is kept for ever"
        raise ConfigurationError([Problem("quarantine.purge_after", what, "Set it, as in 180d, if that is not meant.")])
    return now - timedelta(seconds=retention)


async def purgeable(
    settings: Settings, ledger: Ledger, ids: Sequence[int], domain: str | None, now: datetime
) -> list[Purgeable]:
    """All that may be deleted, or of these those that are named. Raises ConfigurationError for an id that stands for
    nothing of that kind."""
    found = await ledger.purges.purgeable(kept_until(settings, now), domain)
    missing = [one for one in ids if one not in {each.row.id for each in found}]
    if missing:
        what = f"nothing that may be purged yet has the id {', '.join(map(str, missing[:5]))}"
        raise ConfigurationError([Problem("id", what, "See `scanner quarantine purge`.")])
    return [one for one in found if not ids or one.row.id in ids]


async def purge_all(
    settings: Settings, ledger: Ledger, files: Sequence[Purgeable], *, reason: str, by: str
) -> AsyncIterator[tuple[QuarantineRow, StepResult]]:
    """One after the other, each with how it ended; one that may not be deleted is FAILED with the reason. Raises
    RetryLater where the platform stays away, an order repeated goes on there; ConfigurationError for a domain that is
    not configured."""
    async with AsyncExitStack() as stack:
        known: dict[str, Connection] = {}
        for one in files:
            name = one.row.domain
            if name not in known:
                known[name] = await stack.enter_async_context(connected(settings, name))
            yield one.row, await _purged(settings, ledger, known[name], one.row, reason=reason, by=by)


async def _purged(
    settings: Settings, ledger: Ledger, connection: Connection, row: QuarantineRow, *, reason: str, by: str
) -> StepResult:
    domain, cloud, _ = connection
    two_people = settings.quarantine.purge_needs == "two-people"
    try:
        order = await ledger.purges.begin(row, by=by, because=reason, two_people=two_people)
    except LedgerUnavailable as error:
        return StepResult(StepState.FAILED, {"error": str(error)})
    version = FileVersion(row.domain, GroupId(row.group_id), EntryId(row.current_entry_id), row.origin)
    known_gone = order.tries > 1 or await ledger.was_deleted(row.domain, EntryId(row.entry_id))
    result = await purge(cloud, version, row.content, domain.quarantine_folder, known_gone=known_gone)
    told_of = await closing(ledger, row.domain, row.entry_id, reason=reason, by=by, deleted=True)
    await ledger.purges.record(order.id, result, told_of)
    return result
