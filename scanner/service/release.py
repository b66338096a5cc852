"""A person's order to release, carried out: intent in the journal, act, result in the journal.

Runs beside a running service: the journal is what makes the service recognise the move as our own.
"""

from __future__ import annotations

from scanner.cloud.client import EgnyteClient
from scanner.errors import ConfigurationError, Problem
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import QuarantineRow
from scanner.model import EntryId, FileVersion, GroupId, Lane, Step, StepKind, StepResult
from scanner.remediation.quarantine import release
from scanner.settings import Settings


async def release_row(settings: Settings, ledger: Ledger, row: QuarantineRow, reason: str, by: str) -> StepResult:
    """Raises ConfigurationError for a domain that is not configured, RetryLater (then the intent stays, and a repeat
    goes on with it), LedgerUnavailable where it was released already."""
    domain = next((one for one in settings.domains if one.name == row.domain), None)
    if domain is None:
        raise ConfigurationError([Problem("domains", f"{row.domain} is not configured", "Add it to the settings.")])
    version = FileVersion(row.domain, GroupId(row.group_id), EntryId(row.current_entry_id), row.origin)
    params = {"destination": row.origin, "reason": reason, "by": by}
    cloud = EgnyteClient(domain)
    try:
        record = await ledger.begin_release(row, Step(StepKind.RELEASE, params))
        result = await release(
            cloud,
            version,
            row.content,
            origin=row.origin,
            quarantine_folder=domain.quarantine_folder,
            reason=reason,
            by=by,
        )
        await ledger.record_release(record.id, result)
        if result.superseded_by is not None:
            await ledger.queue_versions(row.domain, [result.superseded_by], Lane.LIVE)
    finally:
        await cloud.close()
    return result
