"""The metrics as a monitoring system sees them, and as docs/metrics.md promises them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from prometheus_client import Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from scanner.cloud.meter import Operation
from scanner.metrics import Metrics
from scanner.metrics.families import LOOPS, OPERATIONS, OTHER, VERDICT_BUCKETS

TABLE = Path(__file__).parent.parent.parent / "docs" / "metrics.md"
SUFFIXES = {"counter": "_total", "gauge": "", "histogram": ""}


def scraped(metrics: Metrics) -> list[Metric]:
    """Ours, read back from the text that a scrape gets."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return [one for one in families if one.name.startswith("scanner_")]


def full(metrics: Metrics) -> Metrics:
    """With the series that only a running service learns of."""
    metrics.clamd("unix:/run/clamd.sock", up=True, signatures_at=datetime(2026, 3, 4, tzinfo=UTC))
    metrics.clamd_stale("unix:/run/clamd.sock", stale=False)
    metrics.clamd_in_use.labels("unix:/run/clamd.sock").set(1)
    metrics.api_quota("acme", "day", limit=1000, used=1)
    metrics.api_quota("acme", "second", limit=2, used=1)
    metrics.detections.ranked({"Eicar": 1}, ())
    metrics.self_tested({"warc": "blind"}, datetime(2026, 3, 4, tzinfo=UTC), conclusive=True)
    return metrics


def shape(family: Metric) -> tuple[str, str, str]:
    labels = {label for sample in family.samples for label in sample.labels} - {"le"}
    name, kind = family.name + SUFFIXES[family.type], family.type
    return name, "info" if name.endswith("_info") else kind, ",".join(sorted(labels))


def promised() -> dict[tuple[str, str, str], str]:
    """The rows of the table: name, type and labels, with their meaning."""
    rows = re.findall(r"^\| `(scanner_\w+)` \| (\w+) \| (.*?) \| (.*) \|$", TABLE.read_text(), re.MULTILINE)
    return {
        (name, kind, ",".join(sorted(re.findall(r"`(\w+)`", labels)))): meaning for name, kind, labels, meaning in rows
    }


def test_the_table_and_the_endpoint_tell_the_same() -> None:
    assert promised() == {shape(family): family.documentation for family in scraped(full(Metrics()))}


def test_every_series_that_can_be_known_is_there_with_nothing_in_it() -> None:
    samples = [sample for family in scraped(Metrics()) for sample in family.samples]
    assert {sample.value for sample in samples if not sample.name.endswith("_info")} == {0.0}
    assert len(samples) > 700


def test_every_counter_and_histogram_has_series_before_anything_happens() -> None:
    empty = [family.name for family in Metrics().registry.collect() if not family.samples]
    assert all(re.match(r"scanner_(clamd_|api_quota_|blind_spot$|detections_last_day$)", name) for name in empty)


def test_a_loop_that_never_reports_would_look_stalled_so_only_reporting_ones_are_listed() -> None:
    assert LOOPS == ("poller", "dispatcher", "exporter")


def test_the_goal_of_fifteen_minutes_is_an_edge_of_the_histogram() -> None:
    assert 900 in VERDICT_BUCKETS
    assert (
        'scanner_upload_to_verdict_seconds_bucket{le="900.0",trigger="event"}'
        in generate_latest(Metrics().registry).decode()
    )


def test_there_are_no_series_about_when_series_were_made() -> None:
    assert "_created" not in generate_latest(Metrics().registry).decode()


def test_two_services_in_one_process_do_not_share_a_registry() -> None:
    first, second = Metrics(), Metrics()
    first.api_auth_failures.inc()
    assert second.registry.get_sample_value("scanner_api_auth_failures_total") == 0


def test_every_call_of_the_port_is_counted_under_its_name() -> None:
    assert (*get_args(Operation), OTHER) == OPERATIONS
