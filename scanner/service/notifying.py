"""Hands queued notices to their receivers. A receiver that is away holds up nothing but its own notices, and these wait
longer with each try; after three days one is given up, and listed until a person has it tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from scanner.ledger.notices.noticing import DueNotice
from scanner.notify.receiver import Notice, NotTaken, Receiver
from scanner.notify.syslog import Syslog
from scanner.notify.webhook import Webhook
from scanner.service.assembly import Parts
from scanner.settings import ReceiverSettings
from scanner.settings.notify import SYSLOG

log = structlog.get_logger("scanner.notify")

NOTIFY_EVERY = 5.0
AT_ONCE = 200
"""Notices handed to one receiver in one turn."""
GIVE_UP_AFTER = timedelta(days=3)
KEEP_FOR = timedelta(days=30)
"""How long what became of a notice is kept."""
_FIRST_WAIT = 5.0
_LONGEST_WAIT = 900.0


@asynccontextmanager
async def notifier_of(parts: Parts) -> AsyncIterator[Notifier]:
    """Closed at the end. Raises ConfigurationError where a secret or a CA file is no good."""
    notifier = Notifier(parts)
    try:
        yield notifier
    finally:
        await notifier.close()


class Notifier:
    """Raises ConfigurationError where a secret or a CA file is no good."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._receivers = [receiver_of(one) for one in parts.settings.notify]

    async def turn(self) -> None:
        """Hand over what is due, to all receivers at once."""
        await asyncio.gather(*(self._serve(receiver) for receiver in self._receivers))
        notices = self._parts.stations.ledger.notices
        await notices.prune(self._parts.clock() - KEEP_FOR)
        self._parts.metrics.notices_waiting(*await notices.backlog())

    async def close(self) -> None:
        for receiver in self._receivers:
            await receiver.close()

    async def _serve(self, receiver: Receiver) -> None:
        """Until one is not taken: then the others would not be either."""
        for notice in await self._parts.stations.ledger.notices.due(receiver.name, AT_ONCE):
            if not await self._hand_over(receiver, notice):
                return

    async def _hand_over(self, receiver: Receiver, notice: DueNotice) -> bool:
        """Cut off between the two, it is handed over again, under the same id."""
        ledger, metrics = self._parts.stations.ledger.notices, self._parts.metrics
        try:
            await receiver.take(Notice(notice.id, notice.receiver, notice.event, notice.tries))
        except NotTaken as error:
            trouble = error
        else:
            await ledger.taken(notice.id)
            metrics.noticed("taken")
            return True
        told = {"receiver": receiver.name, "notice": notice.id, "reason": str(trouble)}
        if self._parts.clock() - notice.queued_at > GIVE_UP_AFTER:
            await ledger.given_up(notice.id, str(trouble))
            metrics.noticed("given_up")
            log.error("notice.given_up", **told)
            return True
        wait = max(wait_after(notice.tries), trouble.after or 0.0)
        await ledger.retry_at(notice.id, self._parts.clock() + timedelta(seconds=wait), str(trouble))
        metrics.noticed("not_taken")
        log.warning("notice.waiting", **told, after=wait)
        return False


def wait_after(tries: int) -> float:
    """Seconds until the next try, after so many that failed before this one."""
    return min(_FIRST_WAIT * 2.0 ** min(tries, 20), _LONGEST_WAIT)


def receiver_of(settings: ReceiverSettings) -> Receiver:
    """Raises ConfigurationError."""
    parts = settings.parts
    if settings.secret_file is not None:
        return Webhook(settings.name, settings.url, settings.secret_file, settings.ca_file)
    assert parts.hostname is not None
    assert parts.port is not None
    return Syslog(settings.name, SYSLOG[parts.scheme], parts.hostname, parts.port, settings.ca_file)
