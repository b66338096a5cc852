"""Whether each domain's quarantine folder still is one: asked every hour and at the start, told by log and metric."""

from __future__ import annotations

from collections import Counter

import structlog

from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import QuarantineRow
from scanner.model import EntryId, GroupId
from scanner.remediation.guard import FolderState, Parked, Standing, look
from scanner.service.assembly import Parts

log = structlog.get_logger("scanner.remediation")

GUARD_EVERY = 3_600.0
"""Each look costs two calls of a small quota."""
_FINE = (FolderState.CLOSED, FolderState.UNUSED)


class Guard:
    """Remembers how folders stood, so that a change is told once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._standings: dict[str, Standing] = {}

    async def turn(self) -> None:
        """Raises RetryLater; what was found before that is kept."""
        try:
            for name, domain in self._parts.stations.domains.items():
                newest = await newest_of(self._parts.stations.ledger, name)
                standing = await look(domain.cloud, domain.settings.quarantine_folder, domain.account, newest)
                if standing != self._standings.get(name):
                    level = log.info if standing.state in _FINE else log.error
                    level("quarantine.stands", domain=name, state=standing.state.value, finding=standing.finding)
                self._standings[name] = standing
        finally:
            self._parts.metrics.quarantines(Counter(one.state.value for one in self._standings.values()))


async def newest_of(ledger: Ledger, domain: str) -> Parked | None:
    """What was put into a domain's quarantine last and not released since."""
    rows = await ledger.quarantined(domain)
    return parked(max(rows, key=lambda row: row.quarantined_at)) if rows else None


def parked(row: QuarantineRow) -> Parked:
    return Parked(GroupId(row.group_id), EntryId(row.current_entry_id), row.path)
