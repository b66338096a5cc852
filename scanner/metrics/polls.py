"""When the feeds were read last: here, and, as the ledger tells it, by any replica."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge


class LastPolls:
    """Shows the domain where it is longest ago."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauge = Gauge(
            "scanner_event_poll_last_success_timestamp_seconds",
            "Last poll that succeeded at any replica, of the domain where it is longest ago",
            registry=registry,
        )
        self._moments: dict[str, float] = {}
        self._own: dict[str, datetime] = {}

    def succeeded(self, domain: str, now: datetime) -> None:
        self._own[domain] = now
        self._show(domain, now.timestamp())

    def failed(self, domain: str) -> None:
        """It counts as never polled where nobody knows better."""
        self._show(domain, self._moments.get(domain, 0.0))

    def left_out(self, domain: str, now: datetime) -> None:
        """It counts as polled when that was first known, so that it gets older than all."""
        self._show(domain, self._moments.get(domain, now.timestamp()))

    def own(self) -> dict[str, datetime]:
        """Those that succeeded here since this was asked before."""
        own, self._own = self._own, {}
        return own

    def told(self, moments: Mapping[str, datetime | None]) -> None:
        """Of each domain that is watched, by whichever replica; None where it was never polled."""
        before, self._moments = self._moments, {}
        for domain, moment in moments.items():
            self._show(domain, before.get(domain, 0.0) if moment is None else moment.timestamp())

    def _show(self, domain: str, moment: float) -> None:
        self._moments[domain] = moment
        self._gauge.set(min(self._moments.values()))
