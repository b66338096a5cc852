"""A person's order to release, carried out: intent in the journal, act, result in the journal.

Runs beside a running service: the journal is what makes the service recognise the move as our own. With the intent the
content is allowed, so that it is not quarantined again for what was found; cut off anywhere, the same order goes on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from scanner.cloud.client import EgnyteClient
from scanner.errors import ConfigurationError, Problem
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import QuarantineRow
from scanner.model import (
    Account,
    EntryId,
    FileVersion,
    GroupId,
    Lane,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
)
from scanner.remediation.quarantine import release
from scanner.remediation.step import UndoOrder
from scanner.service.orders.putting_back import failures, put_back
from scanner.service.orders.taken_back import closing
from scanner.settings import DomainSettings, Settings


def allowed_until(settings: Settings, now: datetime) -> date:
    """The last day on which a content released now is allowed, unless the order says another."""
    return now.astimezone(UTC).date() + timedelta(seconds=settings.quarantine.allow_released_for)


async def release_row(
    settings: Settings, ledger: Ledger, row: QuarantineRow, *, reason: str, by: str, until: date | None
) -> StepResult:
    """`until`: the last day on which the content is allowed; None allows nothing. Beside what a release tells
    the detail has `links_lost` where links were deleted, which cannot be restored, and `not_undone` where something
    else that was done about the file could not be taken back.

    Raises ConfigurationError for a domain that is not configured, RetryLater (then the intent stays, and a repeat
    goes on with it), LedgerUnavailable where it was released already.
    """
    async with connected(settings, row.domain) as (domain, cloud, account):
        return await carry_out(row, domain, cloud, account, ledger, reason=reason, by=by, until=until)


async def carry_out(
    row: QuarantineRow,
    domain: DomainSettings,
    cloud: EgnyteClient,
    account: Account,
    ledger: Ledger,
    *,
    reason: str,
    by: str,
    until: date | None,
) -> StepResult:
    """The same, with a connection that serves many."""
    one = await ledger.undos.of_row(row)
    lost = await ledger.links_deleted(row)
    params = {"destination": row.origin, "reason": reason, "by": by}
    order = await ledger.begin_release(row, Step(StepKind.RELEASE, params), until)
    given = order.step.params
    undo = UndoOrder(
        domain.quarantine_folder,
        account,
        given.get("reason", reason),
        given.get("by", by),
        row.content,
        order.id,
        links_lost=bool(lost),
    )
    # A lock of ours would keep the file where it is.
    back = await put_back(one, domain, cloud, account, ledger, reason=reason, by=by)
    version = FileVersion(row.domain, GroupId(row.group_id), EntryId(row.current_entry_id), row.origin)
    moved = StepRecord(row.id, Step(StepKind.QUARANTINE), StepState.SUCCESS, {"origin": row.origin})
    result = await release(cloud, version, moved, undo)
    told = {"not_undone": "; ".join(failures(back))} if failures(back) else {}
    if lost and result.state in (StepState.SUCCESS, StepState.ALREADY_DONE):
        told["links_lost"] = ",".join(lost)
    result = replace(result, detail={**result.detail, **told})
    told_of = await closing(ledger, row.domain, row.entry_id, reason=undo.reason, by=undo.by)
    await ledger.record_release(order.id, result, told_of)
    if result.superseded_by is not None:
        await ledger.queue_versions(row.domain, [result.superseded_by], Lane.LIVE)
    return result


@asynccontextmanager
async def connected(settings: Settings, name: str) -> AsyncIterator[tuple[DomainSettings, EgnyteClient, Account]]:
    """A domain of the settings, its API, and who we are there. Raises ConfigurationError, RetryLater, CloudRefused."""
    domain = next((one for one in settings.domains if one.name == name), None)
    if domain is None:
        raise ConfigurationError([Problem("domains", f"{name} is not configured", "Add it to the settings.")])
    cloud = EgnyteClient(domain)
    try:
        yield domain, cloud, await cloud.account()
    finally:
        await cloud.close()
