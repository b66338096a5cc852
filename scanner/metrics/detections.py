"""What a security team asks: which rules and signatures were found most, and how long what is bad stood open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from prometheus_client import CollectorRegistry, Gauge, Histogram

MOST = 10
"""Names that have a series at a time. Signatures are nobody's closed list: more would let an uploader make series."""
LONGEST_NAME = 128
EXPOSURE_BUCKETS = (5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 14400, 86400)


class Detections:
    """The ledger's ranking, and the time until a bad file is out of reach."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.last_day = Gauge(
            "scanner_detections_last_day",
            "Versions judged within 24 hours with this finding, for the ten most frequent of all domains. "
            "Read from the ledger, so the same on every replica: aggregate with max or min, never sum",
            ["by", "name"],
            registry=registry,
        )
        self.exposure = Histogram(
            "scanner_exposure_seconds",
            "From the upload of a bad version until it was moved into quarantine",
            buckets=EXPOSURE_BUCKETS,
            registry=registry,
        )
        self._shown: set[tuple[str, str]] = set()

    def ranked(self, found: Mapping[str, int], rules: Collection[str]) -> None:
        """How many versions had which finding; names that are no rule's are signatures."""
        top = {
            ("rule" if name in rules else "signature", name[:LONGEST_NAME]): versions
            for name, versions in Counter(found).most_common(MOST)
        }
        for gone in self._shown - top.keys():
            self.last_day.remove(*gone)
        for labels, versions in top.items():
            self.last_day.labels(*labels).set(versions)
        self._shown = set(top)

    def out_of_reach(self, seconds: float) -> None:
        """So long after its upload; a clock that runs behind the platform's makes it no less than none."""
        self.exposure.observe(max(0.0, seconds))
