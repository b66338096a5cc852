"""What the platform's calls are spent on, and how long they will last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

SAME = "Read from the ledger, so the same on every replica: aggregate with max or min, never sum"
CALL_CLASSES = ("feed", "remediation", "live", "reconcile", "rescan", "backfill", "enrichment")
"""First to last."""


class SpendingMetrics:
    """Set by the service, which knows the budgets and asks the ledger."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.calls = Counter(
            "scanner_api_calls", "API calls made, by what they were for", ["call_class"], registry=registry
        )
        for one in CALL_CLASSES:
            self.calls.labels(one)
        self.left_to_scan = Gauge(
            "scanner_api_quota_scan_requests_left",
            "API calls left today before only the reserve for feed and remediation is left, over all domains. " + SAME,
            registry=registry,
        )
        self.runs_out = Gauge(
            "scanner_api_quota_runs_out_timestamp_seconds",
            "When only that reserve is left, at the pace of the last hour, of the token where it is soonest; "
            f"0 = not today. {SAME}",
            registry=registry,
        )
        self.drained = Gauge(
            "scanner_backlog_drained_timestamp_seconds",
            "When the backlog's downloads can be through at the earliest, of the domain where it takes longest; 0 = "
            f"nothing waits. {SAME}",
            registry=registry,
        )

        self.token_expires = Gauge(
            "scanner_api_token_expires_timestamp_seconds",
            "When a token that was signed in for ends unless it is renewed, of the one where that is soonest; "
            "0 = none does",
            registry=registry,
        )

    def spent(self, calls: Mapping[str, int]) -> None:
        """By class, since this was last told."""
        for call_class, count in calls.items():
            self.calls.labels(call_class).inc(count)

    def tokens_end(self, moments: Iterable[datetime | None]) -> None:
        """None: without a known end."""
        ends = [moment.timestamp() for moment in moments if moment is not None]
        self.token_expires.set(min(ends, default=0))

    def forecast(self, left_to_scan: int, runs_out: datetime | None, drained: datetime | None) -> None:
        """None: not today, and nothing waits."""
        self.left_to_scan.set(left_to_scan)
        self.runs_out.set(0 if runs_out is None else runs_out.timestamp())
        self.drained.set(0 if drained is None else drained.timestamp())
