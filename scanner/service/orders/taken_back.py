"""What other systems are told when a person has taken back what was done about a version of which they know, or has
deleted it for good."""

from __future__ import annotations

from scanner.ledger.ledger import Ledger
from scanner.ledger.notices.noticing import Telling
from scanner.notify.ocsf import Activity, detection
from scanner.service.assembly import utc_now


async def closing(
    ledger: Ledger, domain: str, entry_id: str, *, reason: str, by: str, deleted: bool = False
) -> Telling | None:
    """Whom to tell, and the event that closes the finding; None where nobody was told that there is one. `deleted`: the
    file was not given back."""
    told = await ledger.notices.told(domain, entry_id)
    if told is None:
        return None
    why = {"by": by, "reason": reason}
    event = detection(told.verdict, told.plan, now=utc_now(), activity=Activity.CLOSE, closed=why, deleted=deleted)
    return told.receivers, event
