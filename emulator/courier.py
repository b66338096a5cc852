"""Delivers notices to webhooks (fact sheet 4.3): at least once, anything but 200 is tried again after a growing delay.

Delays go by the emulator's clock. What waits here is not in the state folder: a restart loses it.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any

import httpx

from emulator.domain import Domain, Notice
from emulator.webhooks import Webhook, is_loopback

FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 3_600_000
MOST_EVENTS = 100
"""Events of one delivery (inferred; the sheet says one or more)."""
_TIMEOUT = 10.0
_LOOK_AGAIN = 0.02
"""Seconds between looks at a clock that somebody may move."""


@dataclass(slots=True)
class _Line:
    """What waits for one webhook, and who is bringing it."""

    waiting: list[dict[str, Any]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Courier:
    """Belongs to the event loop of its domain. `hear` is the listener."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._lines: dict[str, _Line] = {}

    def hear(self, notice: Notice) -> None:
        paths = [notice.path, *(str(notice.data[key]) for key in ("sourcePath",) if key in notice.data)]
        wanted = [each for each in self._live() if each.wants(notice.event_type, paths)]
        if not wanted:
            return
        event = _event(self._domain, notice)
        for webhook in wanted:
            line = self._lines.setdefault(webhook.id, _Line())
            line.waiting.append({**event, "webhookId": webhook.id})
            if line.task is None or line.task.done():
                line.task = asyncio.get_running_loop().create_task(self._empty(webhook.id, line))

    def _live(self) -> list[Webhook]:
        return [each for each in self._domain.webhooks.rows.values() if self._hears(each)]

    def _hears(self, webhook: Webhook | None) -> bool:
        if webhook is None:
            return False
        return webhook.status == "enabled" and self._domain.clock.now() < webhook.expires * 1000

    async def _empty(self, webhook_id: str, line: _Line) -> None:
        """Until nothing waits, or the webhook is gone, disabled or given up."""
        # loopback only, where receivers have certificates that nobody signed
        async with httpx.AsyncClient(timeout=_TIMEOUT, verify=False, trust_env=False) as client:  # noqa: S501
            while line.waiting:
                batch = line.waiting[:MOST_EVENTS]
                if not await self._deliver(client, webhook_id, batch):
                    line.waiting.clear()
                    return
                del line.waiting[: len(batch)]

    async def _deliver(self, client: httpx.AsyncClient, webhook_id: str, batch: list[dict[str, Any]]) -> bool:
        """False when it was never accepted; the webhook is disabled then."""
        for attempt in range(1, self._domain.switches.webhook_attempts + 1):
            webhook = self._domain.webhooks.rows.get(webhook_id)
            if webhook is None or not self._hears(webhook):
                return False
            answers = [await self._post(client, webhook, batch) for _ in range(self._domain.switches.webhook_copies)]
            accepted = any(answer == 200 for answer in answers)
            self._log(webhook, batch, attempt, answers)
            if accepted:
                return True
            await self._until(self._domain.clock.now() + min(FIRST_DELAY_MS << (attempt - 1), LONGEST_DELAY_MS))
        webhook = self._domain.webhooks.rows.get(webhook_id)
        if webhook is not None:
            webhook.status = "disabled"
            self._domain.changes += 1
        return False

    async def _post(self, client: httpx.AsyncClient, webhook: Webhook, batch: list[dict[str, Any]]) -> int | str:
        """The status, or the kind of network failure."""
        if not is_loopback(webhook.url):
            return "refused: not a loopback address"
        try:
            return (await client.post(webhook.url, json=batch, headers=webhook.headers())).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__

    async def _until(self, due: int) -> None:
        while (left := due - self._domain.clock.now()) > 0:  # noqa: ASYNC110 - nobody tells when the clock is moved
            await asyncio.sleep(min(left / 1000, _LOOK_AGAIN))

    def _log(self, webhook: Webhook, batch: list[dict[str, Any]], attempt: int, answers: list[int | str]) -> None:
        ids = [event["eventId"] for event in batch]
        now = self._domain.clock.now()
        row = {"webhook_id": webhook.id, "time": now, "attempt": attempt, "answers": answers, "event_ids": ids}
        self._domain.deliveries.append(row)


def _event(domain: Domain, notice: Notice) -> dict[str, Any]:
    user, behind = notice.actor.user, notice.actor.impersonator
    client_id = notice.actor.client_id
    return {
        "eventId": f"e-{domain.ids.word(12)}",
        "domain": domain.name,
        "timestamp": notice.at,
        "user": {
            "id": user.id,
            "displayName": user.full_name,
            "username": user.username,
            "email": user.email,
            "clientIdHash": hashlib.sha256(client_id.encode()).hexdigest() if client_id else "",
            "impersonatedBy": None if behind is None else behind.username,
        },
        "actionSource": notice.actor.source,
        "eventType": notice.event_type,
        "customProperties": {},
        "data": notice.data,
    }
