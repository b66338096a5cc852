"""How far contents that were looked at before spare downloads, and whether that can be believed."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

LOOKUPS = ("hit", "audited", "unknown", "insufficient", "doubted", "contradicted", "no_key")
AUDITS = ("same", "different_content", "different_verdict", "inconclusive")


class CachingMetrics:
    """Counted by the flow; doubts are read from the ledger."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.lookups = Counter(
            "scanner_verdict_cache_lookups",
            "Versions, by what the verdict cache had for them: hit = no download, audited = known and downloaded all "
            "the same, insufficient = rules ask more than is known, doubted = not believed, contradicted = listing and "
            "download tell different checksums, no_key = no checksum that can be proved, or no generation",
            ["result"],
            registry=registry,
        )
        self.audits = Counter(
            "scanner_verdict_cache_audits",
            "Downloads made to compare, by what came of them; each difference is an alarm",
            ["result"],
            registry=registry,
        )
        self.doubts = Gauge(
            "scanner_verdict_cache_doubts",
            "Differences that no person has settled yet; what they reach rests on nothing kept. "
            "Read from the ledger, so the same on every replica: aggregate with max or min, never sum",
            registry=registry,
        )
        for result in LOOKUPS:
            self.lookups.labels(result)
        for result in AUDITS:
            self.audits.labels(result)
