"""A person's order to take back all that one rule or signature brought about since a moment, version by version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date

from scanner.cloud.client import EgnyteClient
from scanner.errors import CloudRefused, LedgerUnavailable
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.undoing import Undoable
from scanner.model import Account, StepKind, StepResult, StepState
from scanner.service.orders.putting_back import Back, put_back
from scanner.service.orders.release import carry_out, connected
from scanner.service.orders.taken_back import closing
from scanner.settings import DomainSettings, Settings

Connection = tuple[DomainSettings, EgnyteClient, Account]
_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)


@dataclass(frozen=True, slots=True)
class Undone:
    """How it ended for one version."""

    one: Undoable
    back: tuple[Back, ...]
    error: str = ""
    """Why nothing could be tried."""

    @property
    def complete(self) -> bool:
        """All that can be taken back is."""
        return not self.error and all(
            result.state in _DONE and "not_undone" not in result.detail for _, result in self.back
        )


async def undo_all(
    settings: Settings, ledger: Ledger, versions: Sequence[Undoable], *, reason: str, by: str, until: date
) -> AsyncIterator[Undone]:
    """One version after the other; one that fails does not keep the next from being taken back. Raises RetryLater where
    the platform stays away: the order repeated goes on there. Raises ConfigurationError for a domain that is not
    configured."""
    async with AsyncExitStack() as stack:
        known: dict[str, Connection] = {}
        for one in versions:
            if one.domain not in known:
                known[one.domain] = await stack.enter_async_context(connected(settings, one.domain))
            try:
                back = await _undone(one, known[one.domain], ledger, reason=reason, by=by, until=until)
            except (CloudRefused, LedgerUnavailable) as error:
                yield Undone(one, (), str(error))
            else:
                yield Undone(one, tuple(back))


async def _undone(
    one: Undoable, connection: Connection, ledger: Ledger, *, reason: str, by: str, until: date
) -> list[Back]:
    domain, cloud, account = connection
    if one.row is None:
        close = await closing(ledger, one.domain, one.entry_id, reason=reason, by=by)
        return await put_back(one, domain, cloud, account, ledger, reason=reason, by=by, until=until, close=close)
    released: StepResult = await carry_out(one.row, domain, cloud, account, ledger, reason=reason, by=by, until=until)
    return [(StepKind.QUARANTINE, released)]
