"""What arrives at a collector of a trace, and what of the library's complaints arrives in our log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from scanner.service.traces.otlp import Otlp, complain_seldom
from scanner.tracing import Span, Trace, origin_of
from tests.collector import Collector, collecting, told


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as one:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", one.url)
        yield one


def sent(share: float, *traces: Trace) -> None:
    otlp = Otlp(share)
    for trace in traces:
        otlp.send(trace, trace.now())
    otlp.close()


def trace(entry_id: str, *, low: int = 0, kept: bool = False) -> Trace:
    """`low`: the half of its id by which a share is taken."""
    one = Trace({"entry_id": entry_id})
    one.place, one.kept = replace(one.place, trace_id=7 << 64 | low), kept
    return one


def test_root_and_parts_arrive_with_ids_moments_attributes_and_errors(collector: Collector) -> None:
    one = trace("a", kept=True)
    one.error = "engine-down"
    one.about["reasons"] = ["Win.Test.Invented", "rule-b"]
    one.spans.append(Span("download", one.began + 1, one.began + 2, {"size_bytes": 5}, "NotFound"))
    sent(0, one)

    (root,) = collector.roots()
    (part,) = collector.children(root)
    assert collector.trees()["a"] == [
        ("settle", {"entry_id": "a", "reasons": ["Win.Test.Invented", "rule-b"]}, "engine-down"),
        ("download", {"size_bytes": 5}, "NotFound"),
    ]
    assert (root.trace_id.hex(), root.span_id.hex()) == (
        f"{one.place.trace_id:032x}",
        f"{one.place.span_id:016x}",
    )
    assert (part.start_time_unix_nano, part.end_time_unix_nano) == (one.began + 1, one.began + 2)


def test_a_share_is_taken_by_the_id_and_what_is_kept_comes_in_any_case(collector: Collector) -> None:
    high = (1 << 64) - 1
    sent(0.5, trace("low"), trace("high", low=high), trace("high, kept", low=high, kept=True))

    assert sorted(collector.trees()) == ["high, kept", "low"]


def test_a_version_and_its_poll_point_to_each_other_and_how_long_it_lay_in_between_is_seen(
    collector: Collector,
) -> None:
    origin = origin_of("acme", datetime(2026, 3, 1, 12, tzinfo=UTC))
    poll, version = Trace({"domain": "acme"}, "poll"), trace("a", kept=True)
    poll.place, version.origin = origin.poll, origin
    sent(1, poll, version)

    (root,), (asked,) = collector.roots(), collector.roots("poll")
    (lay,) = collector.children(asked)
    assert (collector.linked(root), collector.linked(lay)) == (asked, root)
    assert told(lay) == ("queued", {"entry_id": "a"}, "")
    assert (lay.start_time_unix_nano, lay.end_time_unix_nano) == (origin.recorded, version.began)


def test_a_version_that_was_claimed_by_a_clock_behind_that_of_the_poll_lay_for_no_time(collector: Collector) -> None:
    version = trace("a", kept=True)
    version.origin = origin_of("acme", datetime(2100, 1, 1, tzinfo=UTC))
    sent(0, version)

    (lay,) = [span for span in collector.spans if span.name == "queued"]
    assert lay.start_time_unix_nano == lay.end_time_unix_nano == version.began


def test_the_service_has_a_name_unless_the_environment_gives_another(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(1, trace("a"))
    names = [collector.resource["service.name"]]
    monkeypatch.setenv("OTEL_SERVICE_NAME", "scanner-eu")
    sent(1, trace("b"))

    assert [*names, collector.resource["service.name"]] == ["scanner", "scanner-eu"]


def test_the_library_may_complain_once_a_minute_and_shows_no_key() -> None:
    complain_seldom()
    with capture_logs() as lines:
        for _ in range(3):
            logging.getLogger("opentelemetry.sdk").warning("no: %s", "https://me:invented@a.example/v1?key=invented")

    assert [(one["event"], one["detail"]) for one in lines] == [
        ("traces.not_sent", "no: https://***a.example/v1***"),
    ]
