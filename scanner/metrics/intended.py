"""What the settings ask to be done again and again.

An alert compares with it what was done, and so stays right when the settings change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge


class Intended:
    """Set by the service, which knows the settings and asks the ledger."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.domains = Gauge("scanner_domains", "Domains that are watched", registry=registry)
        self.walk_interval = Gauge(
            "scanner_walk_interval_seconds",
            "How often all that is watched is to be listed (reconcile.every); 0 = only where events were lost",
            registry=registry,
        )
        self.walk_completed = Gauge(
            "scanner_walk_last_completed_timestamp_seconds",
            "When all that is watched was last listed to its end, of the domain where it is longest ago; 0 = one never "
            "was. Read from the ledger, so the same on every replica: aggregate with max or min, never sum",
            registry=registry,
        )
        self.walk_awaited = Gauge(
            "scanner_walk_awaited_since_timestamp_seconds",
            "Since when the next complete walk is awaited, of the domain where it is longest: the end of the last "
            "one, or when the first was asked for; 0 = none was yet. Read from the ledger, so the same on every "
            "replica: aggregate with max or min, never sum",
            registry=registry,
        )
        self.statements_wanted = Gauge(
            "scanner_coverage_statements_wanted",
            "1 = days are to be stated and signed (statements.folder)",
            registry=registry,
        )
        self.probe_interval = Gauge(
            "scanner_probe_interval_seconds",
            "How often a probe is to go through (probe.every); 0 = no domain has any",
            registry=registry,
        )
        self.webhooks_wanted = Gauge(
            "scanner_webhooks_wanted", "Domains whose webhook is to be registered", registry=registry
        )

    def asked(self, domains: int, *, walks: float, probes: float, webhooks: int, statements: bool) -> None:
        """By the settings; seconds between two walks and two probes, 0 where there are none."""
        self.domains.set(domains)
        self.walk_interval.set(walks)
        self.probe_interval.set(probes)
        self.webhooks_wanted.set(webhooks)
        self.statements_wanted.set(1 if statements else 0)

    def walked(self, ended: Iterable[datetime | None]) -> None:
        """When the last walk over all of it ended, for each domain; None where there was none."""
        self.walk_completed.set(min((0.0 if one is None else one.timestamp() for one in ended), default=0.0))

    def awaited(self, since: Iterable[datetime | None]) -> None:
        """Since when the next walk over all of it is awaited, for each domain; None where none was asked for yet, which
        does not hide those of others."""
        self.walk_awaited.set(min((one.timestamp() for one in since if one is not None), default=0.0))
