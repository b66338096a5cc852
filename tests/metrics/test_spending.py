"""What calls were for, and how long they last, as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from scanner.cloud.port import Priority
from scanner.metrics.spending import CALL_CLASSES, SpendingMetrics

AT = datetime(2026, 3, 4, 14, 20, tzinfo=UTC)


def test_the_classes_are_those_of_the_budget() -> None:
    assert tuple(one.name.lower() for one in Priority) == CALL_CLASSES


def test_every_class_is_there_from_the_start_and_calls_add_up() -> None:
    registry = CollectorRegistry()
    metrics = SpendingMetrics(registry)
    metrics.spent({"live": 2})
    metrics.spent({"live": 3, "feed": 1})

    found = {one: registry.get_sample_value("scanner_api_calls_total", {"call_class": one}) for one in CALL_CLASSES}
    assert found == dict.fromkeys(CALL_CLASSES, 0) | {"live": 5, "feed": 1}


def test_what_does_not_come_is_0() -> None:
    registry = CollectorRegistry()
    metrics = SpendingMetrics(registry)
    names = (
        "api_quota_scan_requests_left",
        "api_quota_runs_out_timestamp_seconds",
        "backlog_drained_timestamp_seconds",
    )

    metrics.forecast(12, AT, AT)
    assert [registry.get_sample_value(f"scanner_{name}") for name in names] == [12, AT.timestamp(), AT.timestamp()]
    metrics.forecast(0, None, None)
    assert [registry.get_sample_value(f"scanner_{name}") for name in names] == [0, 0, 0]


def test_the_token_that_ends_first_is_shown() -> None:
    registry = CollectorRegistry()
    metrics = SpendingMetrics(registry)
    shown = []
    for moments in ([None], [AT, None, AT.replace(hour=9)], []):
        metrics.tokens_end(moments)
        shown.append(registry.get_sample_value("scanner_api_token_expires_timestamp_seconds"))
    assert shown == [0, AT.replace(hour=9).timestamp(), 0]
