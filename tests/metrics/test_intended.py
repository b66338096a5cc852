"""What is to be done again and again, beside what was done."""

from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from scanner.metrics.intended import Intended

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ELEVEN = datetime(2026, 3, 4, 11, tzinfo=UTC)


def shown(registry: CollectorRegistry) -> dict[str, float]:
    return {sample.name.removeprefix("scanner_"): sample.value for one in registry.collect() for sample in one.samples}


def test_what_the_settings_ask_for_is_shown_as_they_say_it() -> None:
    registry = CollectorRegistry()
    Intended(registry).asked(3, walks=604800.0, probes=3600.0, webhooks=2, statements=True)
    assert shown(registry) == {
        "domains": 3,
        "walk_interval_seconds": 604800,
        "walk_last_completed_timestamp_seconds": 0,
        "walk_awaited_since_timestamp_seconds": 0,
        "coverage_statements_wanted": 1,
        "probe_interval_seconds": 3600,
        "webhooks_wanted": 2,
    }


@pytest.mark.parametrize(
    ("ended", "moment"),
    [([], 0.0), ([NOON, ELEVEN], ELEVEN.timestamp()), ([NOON, None], 0.0)],
)
def test_the_domain_that_waits_longest_is_shown(ended: list[datetime | None], moment: float) -> None:
    registry = CollectorRegistry()
    Intended(registry).walked(ended)
    assert registry.get_sample_value("scanner_walk_last_completed_timestamp_seconds") == moment


@pytest.mark.parametrize(
    ("since", "moment"),
    [([], 0.0), ([None], 0.0), ([NOON, ELEVEN], ELEVEN.timestamp()), ([NOON, None], NOON.timestamp())],
)
def test_a_new_domain_does_not_hide_what_others_wait_for(since: list[datetime | None], moment: float) -> None:
    registry = CollectorRegistry()
    Intended(registry).awaited(since)
    assert registry.get_sample_value("scanner_walk_awaited_since_timestamp_seconds") == moment
