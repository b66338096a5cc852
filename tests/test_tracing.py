"""A trace holds what was done inside it, whoever did it, and nothing is kept where nobody asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta, timezone

import pytest
from structlog.contextvars import get_contextvars

from scanner.tracing import Trace, Tracer, brought, origin_of, recorded, since_last, span, tell, timed


@pytest.fixture
def sent() -> list[tuple[Trace, int]]:
    return []


@pytest.fixture
def tracer(sent: list[tuple[Trace, int]]) -> Tracer:
    return Tracer(lambda trace, ended: sent.append((trace, ended)))


def test_what_is_done_inside_belongs_to_the_trace_also_in_a_thread_that_has_its_context(
    tracer: Tracer, sent: list[tuple[Trace, int]]
) -> None:
    def look() -> None:
        with span("download") as about:
            about["size_bytes"] = 5
        timed([("inspect a", 0.0, {"findings": 0}, ""), ("inspect b", 0.0, {}, "engine-down")])

    with ThreadPoolExecutor(1) as pool, tracer.settling(domain="acme"):
        pool.submit(copy_context().run, look).result()
        since_last("remediate", step="comment")
        tell(verdict="clean")

    ((trace, _),) = sent
    assert [(one.name, one.about, one.error) for one in trace.spans] == [
        ("download", {"size_bytes": 5}, ""),
        ("inspect a", {"findings": 0}, ""),
        ("inspect b", {}, "engine-down"),
        ("remediate", {"step": "comment"}, ""),
    ]
    assert (trace.about, trace.kept, trace.error) == ({"domain": "acme", "verdict": "clean"}, False, "")


def test_a_part_that_has_just_ended_began_when_the_one_before_did_end(
    tracer: Tracer, sent: list[tuple[Trace, int]]
) -> None:
    with tracer.settling():
        since_last("first")
        since_last("second")

    ((trace, ended),) = sent
    first, second = trace.spans
    assert (first.began, second.began) == (trace.began, first.ended)
    assert second.ended <= ended


def test_parts_told_afterwards_follow_on_each_other_and_end_now(tracer: Tracer, sent: list[tuple[Trace, int]]) -> None:
    with tracer.settling():
        timed([("a", 2.0, {}, ""), ("b", 1.0, {}, "")])

    a, b = sent[0][0].spans
    assert (a.ended - a.began, b.ended - b.began, a.ended) == (2_000_000_000, 1_000_000_000, b.began)


def test_an_exception_is_the_error_of_its_part_and_passes(tracer: Tracer, sent: list[tuple[Trace, int]]) -> None:
    with pytest.raises(KeyError), tracer.settling(), span("record"):
        raise KeyError("a text that nobody may see")

    assert [(one.name, one.error) for one in sent[0][0].spans] == [("record", "KeyError")]


@pytest.mark.parametrize("said", [{"keep": True}, {"error": "poison"}])
def test_what_was_worth_keeping_once_stays_so(
    tracer: Tracer, sent: list[tuple[Trace, int]], said: dict[str, bool | str]
) -> None:
    with tracer.settling():
        tell(**said)  # type: ignore[arg-type]
        tell(outcome="judged")

    assert sent[0][0].kept


def test_log_lines_inside_have_the_ids_of_trace_and_root(tracer: Tracer, sent: list[tuple[Trace, int]]) -> None:
    with tracer.settling():
        inside = get_contextvars()

    trace = sent[0][0]
    assert inside == {"trace_id": f"{trace.place.trace_id:032x}", "span_id": f"{trace.place.span_id:016x}"}
    assert get_contextvars() == {}


NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_version_points_to_the_poll_whose_page_was_recorded_at_the_moment_that_the_ledger_has(
    tracer: Tracer, sent: list[tuple[Trace, int]]
) -> None:
    with tracer.polling(0.5, domain="acme"):
        recorded("acme", NOON)
    with tracer.settling():
        brought("acme", NOON.astimezone(timezone(timedelta(hours=2))))

    (poll, _), (version, _) = sent
    assert version.origin is not None
    assert (version.origin.poll, version.origin.recorded) == (poll.place, int(NOON.timestamp() * 1000) * 1_000_000)


@pytest.mark.parametrize(("domain", "later"), [("acme", timedelta(microseconds=1)), ("other", timedelta(0))])
def test_no_two_pages_have_one_place(domain: str, later: timedelta) -> None:
    assert origin_of(domain, NOON + later).poll != origin_of("acme", NOON).poll


def test_the_trace_of_a_page_begins_with_the_call_for_it(tracer: Tracer, sent: list[tuple[Trace, int]]) -> None:
    with tracer.polling(0.5, domain="acme"), span("record"):
        tell(events=3)

    ((trace, ended),) = sent
    read, record = trace.spans
    assert (trace.name, trace.about, trace.kept) == ("poll", {"domain": "acme", "events": 3}, False)
    assert [(one.name, one.about, one.error) for one in trace.spans] == [("read", {}, ""), ("record", {}, "")]
    assert (trace.began, read.ended - read.began) == (read.began, 500_000_000)
    assert read.ended <= record.began <= record.ended <= ended


def test_where_nobody_asked_nothing_is_begun() -> None:
    with Tracer().polling(1.0), span("record"):
        recorded("acme", NOON)
    with Tracer().settling(domain="acme"), span("download") as about:
        brought("acme", NOON)
        about["size_bytes"] = 5
        since_last("remediate")
        timed([("inspect", 1.0, {}, "")])
        tell(verdict="clean")
        inside = get_contextvars()

    assert inside == {}
