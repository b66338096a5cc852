"""The domains of the settings, each with its API: one that cannot be entered holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from scanner.cloud.client import EgnyteClient
from scanner.cloud.stored_tokens import StoredTokens
from scanner.errors import CloudRefused, RetryLater
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.pipeline.stations import Domain
from scanner.service.calls.quotas import Quotas
from scanner.service.calls.sharing import shared_pace
from scanner.settings import DomainSettings, Settings


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A domain in which nothing can be done now, and why."""

    name: str
    cloud: EgnyteClient
    trouble: RetryLater


@dataclass(frozen=True, slots=True)
class Entered:
    """The domains that could be, and what they share."""

    domains: dict[str, Domain]
    left_out: Sequence[LeftOut]
    quotas: Quotas
    stores: Sequence[StoredTokens]


async def entered(
    settings: Settings, ledger: Ledger, metrics: Metrics, stack: AsyncExitStack, now: Callable[[], datetime]
) -> Entered:
    """All of the settings, until `stack` ends. Raises RetryLater where none says who we are."""
    quotas = Quotas(ledger, metrics, now)
    stores: list[StoredTokens] = []
    each = [
        await _enter_domain(one, settings.events.suppress, metrics, stack, (quotas, stores)) for one in settings.domains
    ]
    domains = {one.settings.name: one for one in each if isinstance(one, Domain)}
    left_out = [one for one in each if isinstance(one, LeftOut)]
    if not domains:
        raise left_out[0].trouble
    stack.push_async_callback(quotas.leave)
    if settings.ledger.file is None:
        await stack.enter_async_context(shared_pace(ledger, quotas))
    return Entered(domains, left_out, quotas, stores)


async def _enter_domain(
    settings: DomainSettings,
    suppress: str,
    metrics: Metrics,
    stack: AsyncExitStack,
    kept: tuple[Quotas, list[StoredTokens]],
) -> Domain | LeftOut:
    cloud = EgnyteClient(settings, observe=metrics.api_call, suppress=suppress)
    stack.push_async_callback(cloud.close)
    quotas, stores = kept
    stores += cloud.stores
    await quotas.enter(settings.name, cloud.budgets)
    try:
        return Domain(settings, cloud, await cloud.account())
    except (RetryLater, CloudRefused) as error:
        after = error.after if isinstance(error, RetryLater) else None
        return LeftOut(settings.name, cloud, RetryLater(f"domain {settings.name}: {error}", after))
