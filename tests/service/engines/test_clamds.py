"""How old what clamd has loaded may be, and what the log says of a clamd that comes and goes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from scanner.health import Check
from scanner.inspection import clamds as module
from scanner.inspection.clamds import Clamds
from scanner.metrics import Metrics
from scanner.model import Gap, Unchecked
from scanner.service.engines.clamds import is_stale, publish_clamds, signatures_check, told
from scanner.settings import ClamavSettings
from tests.inspection.fake_clamd import fake_clamd

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)
FRESH = "ClamAV 1.4.6/27501/Wed Nov 19 09:26:22 2025"
STALE = "ClamAV 1.4.6/27500/Tue Nov 18 09:26:22 2025"
LOCAL = "ClamAV 1.4.6"


@pytest.mark.parametrize(
    ("built_at", "oldest", "stale"),
    [
        (datetime(2025, 11, 18, 11, 59, 59, tzinfo=UTC), "48h", True),
        (datetime(2025, 11, 18, 12, tzinfo=UTC), "48h", False),
        (datetime(2025, 11, 19, 12, tzinfo=UTC), "6h", True),
        (datetime(2025, 11, 21, 12, tzinfo=UTC), "48h", False),
        (None, "1h", False),
    ],
)
def test_signatures_are_stale_beyond_the_age_that_is_allowed(
    built_at: datetime | None, oldest: str, stale: bool
) -> None:
    assert is_stale(built_at, ClamavSettings.model_validate({"oldest_signatures": oldest}), NOON) is stale


def test_one_clamd_with_stale_signatures_is_a_reason_not_to_be_ready() -> None:
    reason = f"older than 48 h: {STALE}; is freshclam at work?"
    found = [signatures_check(versions, ClamavSettings(), NOON) for versions in ((FRESH, LOCAL), (STALE, FRESH))]
    assert found == [Check("signatures", True), Check("signatures", False, reason)]


async def test_stale_signatures_and_a_mixture_of_them_are_metrics() -> None:
    metrics = Metrics()
    with fake_clamd(version=STALE.encode() + b"\n") as old, fake_clamd(version=FRESH.encode() + b"\n") as new:
        settings = ClamavSettings.model_validate({"addresses": [old.address, new.address]})
        await publish_clamds(Clamds(settings), settings, metrics, NOON)
    value = metrics.registry.get_sample_value
    found = [value("scanner_clamd_signatures_stale", {"endpoint": one.address}) for one in (old, new)]
    assert (found, value("scanner_clamd_versions")) == ([1, 0], 2)


async def test_of_a_clamd_that_is_gone_nothing_is_shown_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_UP_EVERY", 0.0)
    metrics, settings = Metrics(), ClamavSettings.model_validate({"address": "tcp:clamd.example.org:3310"})
    with fake_clamd(version=STALE.encode() + b"\n") as stays, fake_clamd(version=FRESH.encode() + b"\n") as goes:
        behind = [stays.address, goes.address]
        clamds = Clamds(settings, look_up=lambda _: tuple(behind))
        with capture_logs() as logs:
            await publish_clamds(clamds, settings, metrics, NOON)
            await publish_clamds(clamds, settings, metrics, NOON)
            both = endpoints_in(metrics)
            behind.remove(goes.address)
            await publish_clamds(clamds, settings, metrics, NOON)
    assert (both, endpoints_in(metrics)) == ({stays.address: 5, goes.address: 5}, {stays.address: 5})
    told = [line["endpoints"] for line in logs if line["event"] == "clamd.endpoints"]
    assert told == [[stays.address, goes.address], [stays.address]]


def endpoints_in(metrics: Metrics) -> dict[str, int]:
    """How many series there are of each."""
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    return dict(Counter(sample.labels["endpoint"] for sample in samples if "endpoint" in sample.labels))


def test_the_log_tells_when_one_is_out_and_when_it_is_back() -> None:
    with capture_logs() as logs:
        told("unix:/a", Gap(Unchecked.INTERRUPTED, "closed"))
        told("unix:/a", None)
    out = {"event": "clamd.out", "endpoint": "unix:/a", "reason": "interrupted", "detail": "closed"}
    back = {"event": "clamd.back", "endpoint": "unix:/a", "log_level": "info"}
    assert logs == [out | {"log_level": "warning"}, back]
