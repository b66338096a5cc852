"""Keeps one webhook registered for a domain: made where it is missing, renewed before it ends, mended where it was
disabled. Only those with our very address are ours; no other is touched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from scanner.cloud.port import Cloud, Subscription, Webhook
from scanner.errors import CloudRefused, NotFound, RetryLater

log = structlog.get_logger("scanner.webhooks")

ASK_EVERY = timedelta(hours=6)
"""How often it is looked at: two calls or so of the 1,000 a day that a token has. Until then the feed is polled."""
RENEW_BEFORE = timedelta(days=2)
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done about our own: `keep` is None where one has to be made."""

    keep: Webhook | None
    remove: tuple[Webhook, ...]


def repair(ours: Iterable[Webhook], now: datetime) -> Repair:
    """One stays, the one that lasts longest; those that end soon, and doubles, go."""
    by_end = sorted(ours, key=lambda each: each.expires_at or _FAR, reverse=True)
    lasting = by_end[:1] if by_end and (by_end[0].expires_at or _FAR) - now > RENEW_BEFORE else []
    return Repair(lasting[0] if lasting else None, tuple(by_end[len(lasting) :]))


async def own_webhooks(cloud: Cloud, url: str) -> tuple[Webhook, ...]:
    """Those that are registered for this address. Raises RetryLater, CloudRefused."""
    found: list[Webhook] = []
    for webhook_id in await cloud.webhooks():
        with contextlib.suppress(NotFound):
            found.append(await cloud.webhook(webhook_id))
    return tuple(each for each in found if each.url == url)


class Registration:
    """Of one domain. Where it is refused the feed is polled as ever, and that is logged once."""

    def __init__(self, domain: str, cloud: Cloud, wanted: Subscription, clock: Callable[[], datetime]) -> None:
        self._domain, self._cloud, self._wanted, self._clock = domain, cloud, wanted, clock
        self._due: datetime | None = None
        self._sure = False
        """Whether secret and folders are known to be ours: the platform never shows them."""
        self.registered = False
        self._told = ""

    async def turn(self) -> None:
        """Look, where it is time to. After trouble that passes, again at the next turn."""
        now = self._clock()
        if self._due is not None and now < self._due:
            return
        try:
            await self._mend(now)
        except RetryLater as error:
            self._failed(error)
            return
        except CloudRefused as error:
            self._failed(error)
        else:
            self._tell("webhook.registered", log.info)
            self.registered = True
        self._due = now + ASK_EVERY

    async def _mend(self, now: datetime) -> None:
        plan = repair(await own_webhooks(self._cloud, self._wanted.url), now)
        for each in plan.remove:
            await self._cloud.delete_webhook(each.id)
        if plan.keep is None:
            await self._cloud.add_webhook(self._wanted)
        elif not (self._sure and plan.keep.enabled):
            await self._cloud.set_webhook(plan.keep.id, self._wanted)
        self._sure = True

    def _failed(self, error: RetryLater | CloudRefused) -> None:
        self.registered = False
        self._tell("webhook.not_registered", log.warning, reason=str(error), instead="the feed is polled")

    def _tell(self, event: str, say: Callable[..., object], **more: str) -> None:
        """Once, until it changes."""
        if self._told != event:
            say(event, domain=self._domain, **more)
        self._told = event
