"""What each fact does to the numbers."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from scanner.errors import CloudUnavailable, RetryLater, Throttled
from scanner.metrics import Metrics
from scanner.metrics.record import MOST_RULES
from scanner.model import (
    Disposition,
    EntryId,
    Event,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Queued,
    Severity,
    Skip,
    Skipped,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt", uploaded_at=NOON)


@dataclass(frozen=True)
class Poll:
    settled: tuple[tuple[Event, Disposition], ...] = ()
    cursor: int = 100
    outcome: str = "empty"
    reset: str | None = None


@dataclass(frozen=True)
class Rule:
    id: str
    severity: Severity = Severity.HIGH


@dataclass(frozen=True)
class Waiting:
    pending: int = 1
    leased: int = 2
    retry_wait: int = 3
    parked: int = 4
    oldest: datetime | None = None
    steps: int = 5
    oldest_step: datetime | None = None
    braked: int = 0
    gaps: int = 6
    walks: int = 7
    walks_refused: int = 8
    held: Mapping[str, int] = field(default_factory=dict)
    oldest_held: datetime | None = None
    waiting_since: Mapping[str, datetime] = field(default_factory=dict)
    lanes: Mapping[str, int] = field(default_factory=dict)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def changed(metrics: Metrics) -> dict[str, float]:
    """Every series of ours that is not 0 any more, but for buckets and those that only name something."""
    return {
        sample.name.removeprefix("scanner_") + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name.startswith("scanner_")
        and sample.value
        and "le" not in sample.labels
        and not sample.name.endswith("_info")
    }


def event(kind: str, minutes: int) -> Event:
    return Event(1, NOON + timedelta(minutes=minutes), kind, "create")


def judged(kind: VerdictKind, *inspections: Inspection) -> Verdict:
    return Verdict(VERSION, kind, (), inspections)


def test_a_poll_counts_its_events_and_why_they_need_no_scan(metrics: Metrics) -> None:
    settled = (
        (event("file_system", 1), Queued(VERSION)),
        (event("note", 3), Skipped(Skip.OWN_ACTION)),
        (event("never heard of", 2), Skipped(Skip.NO_NEW_CONTENT)),
    )
    metrics.polled("acme", Poll(settled, 7, "success", "first_start"), NOON)
    assert changed(metrics) == {
        "event_polls_total success": 1,
        "event_poll_last_success_timestamp_seconds": NOON.timestamp(),
        "event_last_seen_timestamp_seconds": (NOON + timedelta(minutes=3)).timestamp(),
        "event_cursor_position": 7,
        "event_cursor_resets_total first_start": 1,
        "events_read_total file_system": 1,
        "events_read_total note": 1,
        "events_read_total other": 1,
        "outcomes_total skipped": 2,
        "skips_total own_action": 1,
        "skips_total no_new_content": 1,
    }


def test_a_domain_that_cannot_be_polled_is_not_hidden_by_one_that_can(metrics: Metrics) -> None:
    metrics.poll_failed("blind", CloudUnavailable("no answer"))
    metrics.polled("acme", Poll(), NOON)
    assert metrics.registry.get_sample_value("scanner_event_poll_last_success_timestamp_seconds") == 0
    metrics.polled("blind", Poll(), NOON - timedelta(minutes=5))
    assert (
        metrics.registry.get_sample_value("scanner_event_poll_last_success_timestamp_seconds") == NOON.timestamp() - 300
    )


@pytest.mark.parametrize(
    ("error", "outcome"), [(Throttled("slow down", 2.0, "qps"), "throttled"), (CloudUnavailable("no answer"), "error")]
)
def test_a_poll_without_an_answer_is_counted_by_why(metrics: Metrics, error: RetryLater, outcome: str) -> None:
    metrics.poll_failed("acme", error)
    assert changed(metrics) == {f"event_polls_total {outcome}": 1}


def test_an_engine_run_is_counted_by_what_it_gave(metrics: Metrics) -> None:
    runs = (
        Inspection("clamd", "1", seconds=0.5),
        Inspection("rules", "1", gap=Gap(Unchecked.ENGINE_TIMEOUT), seconds=1.0),
        Inspection("containers", "1", gap=Gap(Unscannable.ENCRYPTED)),
        Inspection("fetch", "", gap=Gap(Unchecked.DOWNLOAD_BROKEN)),
    )
    metrics.inspected(runs, 1000)
    assert changed(metrics) == {
        "inspections_total clamd complete": 1,
        "inspections_total rules failed": 1,
        "inspections_total containers incomplete": 1,
        "inspection_duration_seconds_count clamd": 1,
        "inspection_duration_seconds_sum clamd": 0.5,
        "inspection_duration_seconds_count rules": 1,
        "inspection_duration_seconds_sum rules": 1.0,
        "inspection_duration_seconds_count containers": 1,
        "scanned_bytes_total clamd": 1000,
        "scanned_bytes_total rules": 1000,
        "scanned_bytes_total containers": 1000,
        "engine_failures_total rules engine-timeout": 1,
    }


def test_a_verdict_is_counted_with_its_findings_and_the_time_it_took(metrics: Metrics) -> None:
    metrics.rules_loaded_ok([Rule("double-extension", Severity.MEDIUM)], "ab", NOON)
    findings = (
        Finding("clamd", "Eicar-Test", malware=True, severity=Severity.CRITICAL),
        Finding("rules", "double-extension", severity=Severity.MEDIUM),
        Finding("rules", "on-trial", counts=False),
    )
    metrics.judged(
        judged(VerdictKind.INFECTED, Inspection("clamd", "1", findings)), "event", NOON + timedelta(minutes=2)
    )
    assert changed(metrics) == {
        "verdicts_total infected event": 1,
        "upload_to_verdict_seconds_count event": 1,
        "upload_to_verdict_seconds_sum event": 120,
        "findings_total clamd critical": 1,
        "findings_total rules medium": 1,
        "rule_findings_total double-extension medium": 1,
        "rules_loaded": 1,
        "rules_last_load_successful": 1,
        "rules_last_load_success_timestamp_seconds": NOON.timestamp(),
    }


@pytest.mark.parametrize(
    ("kind", "gaps", "series"),
    [
        (VerdictKind.UNSCANNABLE, [Gap(Unscannable.TOO_LARGE)], "unscannable_total too-large"),
        (VerdictKind.UNCHECKED, [Gap(Unscannable.LIMITS), Gap(Unchecked.POISON)], "unchecked_total poison"),
        (VerdictKind.UNCHECKED, [], "unchecked_total engine-error"),
    ],
)
def test_a_content_not_looked_at_is_counted_by_reason(
    metrics: Metrics, kind: VerdictKind, gaps: list[Gap], series: str
) -> None:
    metrics.judged(judged(kind, *(Inspection("clamd", "1", gap=gap) for gap in gaps)), "event", NOON)
    assert [name for name in changed(metrics) if name.startswith("un")] == [series]


def test_a_clock_behind_the_platforms_gives_no_negative_time(metrics: Metrics) -> None:
    metrics.judged(judged(VerdictKind.CLEAN), "event", NOON - timedelta(hours=1))
    assert metrics.registry.get_sample_value("scanner_upload_to_verdict_seconds_sum", {"trigger": "event"}) == 0


def test_rules_beyond_the_first_five_hundred_share_a_series(metrics: Metrics) -> None:
    metrics.rules_loaded_ok([Rule(f"rule-{number}") for number in range(MOST_RULES + 3)], "ab", NOON)
    found = tuple(Finding("rules", f"rule-{number}") for number in (0, MOST_RULES - 1, MOST_RULES, MOST_RULES + 2))
    metrics.judged(judged(VerdictKind.FLAGGED, Inspection("rules", "1", found)), "event", NOON)
    by_rule = {name: value for name, value in changed(metrics).items() if name.startswith("rule_findings")}
    assert by_rule == {
        "rule_findings_total rule-0 high": 1,
        f"rule_findings_total rule-{MOST_RULES - 1} high": 1,
        "rule_findings_total other high": 2,
    }


def test_a_refused_change_of_rules_leaves_the_old_ones_counted(metrics: Metrics) -> None:
    metrics.rules_loaded_ok([Rule("a"), Rule("b")], "ab", NOON)
    metrics.rules_refused()
    assert changed(metrics) == {"rules_loaded": 2, "rules_last_load_success_timestamp_seconds": NOON.timestamp()}
    assert metrics.registry.get_sample_value("scanner_rulebook_info", {"digest": "ab"}) == 1


def test_suppressions_are_counted_by_state_and_each_time_a_finding_does_not_count_for_one(metrics: Metrics) -> None:
    suppressed = Finding("rules", "a", counts=False, suppression="vendor-tool")
    metrics.suppressions_loaded(ok=True)
    metrics.suppressions_stand(["active", "expired", "active"])
    metrics.judged(judged(VerdictKind.CLEAN, Inspection("rules", "1", (suppressed, suppressed))), "manual", NOON)
    series = {name: value for name, value in changed(metrics).items() if name.startswith("suppressions")}
    counted = {"suppressions_applied_total": 2, "suppressions active": 2, "suppressions expired": 1}
    assert series == counted | {"suppressions_last_load_successful": 1}
    metrics.suppressions_stand([])
    metrics.suppressions_loaded(ok=False)
    left = {name: value for name, value in changed(metrics).items() if name.startswith("suppressions")}
    assert left == {"suppressions_applied_total": 2}


def test_yara_files_that_are_disabled_are_counted_by_reason_until_they_are_mended(metrics: Metrics) -> None:
    metrics.yara_loaded(7, ["error", "cost", "error"])
    metrics.yara_timed_out()
    counted = {"yara_rules_loaded": 7, "yara_timeouts_total": 1}
    assert changed(metrics) == counted | {"yara_files_disabled error": 2, "yara_files_disabled cost": 1}
    metrics.yara_loaded(7, [])
    assert changed(metrics) == counted


def test_what_waits_is_shown_with_moments_that_are_zero_when_nothing_does(metrics: Metrics) -> None:
    metrics.backlog(Waiting(oldest=NOON, oldest_step=NOON, braked=3, held={"hour": 3}, oldest_held=NOON))
    metrics.backlog(Waiting(lanes={"backfill": 9}, waiting_since={"backfill": NOON}))
    assert changed(metrics) == {
        "jobs pending": 1,
        "jobs leased": 2,
        "jobs retry_wait": 3,
        "jobs parked": 4,
        "backlog_versions backfill": 9,
        "backlog_waiting_since_timestamp_seconds backfill": NOON.timestamp(),
        "steps_pending": 5,
        "coverage_gaps_open": 6,
        "walks_open waiting": 7,
        "walks_open refused": 8,
    }


def test_a_held_plan_shows_that_a_person_must_decide(metrics: Metrics) -> None:
    held = {"signature": 1, "share": 1}
    nothing = {"gaps": 0, "walks": 0, "walks_refused": 0}
    metrics.backlog(Waiting(0, 0, 0, 0, NOON, 2, NOON, braked=2, held=held, oldest_held=NOON, **nothing))
    assert changed(metrics) == {
        "backlog_oldest_item_timestamp_seconds": NOON.timestamp(),
        "steps_pending": 2,
        "step_oldest_pending_timestamp_seconds": NOON.timestamp(),
        "remediation_brake_engaged": 1,
        "remediation_held signature": 1,
        "remediation_held share": 1,
        "remediation_held_oldest_timestamp_seconds": NOON.timestamp(),
    }


def test_what_another_replica_looks_after_is_shown_there_alone(metrics: Metrics) -> None:
    metrics.notices_waiting(3, NOON)
    metrics.versions_given_up({"poison": 2})
    metrics.quarantines({"open": 1})
    metrics.webhooks_registered.set(4)
    metrics.kept_by_another()
    assert changed(metrics) == {}


def test_the_last_day_with_a_statement_is_shown_by_its_end(metrics: Metrics) -> None:
    metrics.stated(NOON.date())
    assert changed(metrics) == {"coverage_statement_day_timestamp_seconds": (NOON + timedelta(hours=12)).timestamp()}


def test_calls_of_the_api_are_counted_by_closed_lists(metrics: Metrics) -> None:
    metrics.api_call("file", 200, 0.25)
    metrics.api_call("file", 401, 0.0)
    metrics.api_call("/Shared/a.txt", 418, 0.0)
    metrics.api_call("events_after", 429, 0.0, "qps")
    metrics.api_call("move", "timeout", 0.0)
    requests = {name: value for name, value in changed(metrics).items() if "duration" not in name}
    assert requests == {
        "api_requests_total file 200": 1,
        "api_requests_total file 401": 1,
        "api_requests_total other other": 1,
        "api_requests_total events_after 429": 1,
        "api_requests_total move timeout": 1,
        "api_auth_failures_total": 1,
        "api_throttled_total qps": 1,
    }


def test_the_quota_shown_is_that_of_the_domain_nearest_to_its_limit(metrics: Metrics) -> None:
    metrics.api_quota("calm", "day", limit=5000, used=1000)
    metrics.api_quota("busy", "day", limit=1000, used=900)
    metrics.api_quota("new", "day", limit=None, used=None)
    assert changed(metrics) == {"api_quota_limit_requests day": 1000, "api_quota_used_requests day": 900}


def test_a_clamd_that_went_away_keeps_the_time_of_its_signatures(metrics: Metrics) -> None:
    metrics.clamd("tcp:clamd:3310", up=True, queue=4, signatures_at=NOON)
    metrics.clamd("tcp:clamd:3310", up=False)
    assert changed(metrics) == {"clamd_signature_timestamp_seconds tcp:clamd:3310": NOON.timestamp()}


def test_log_lines_are_counted_by_level(metrics: Metrics) -> None:
    log = logging.Logger("test")
    log.addHandler(metrics.log_counter())
    log.warning("one")
    log.error("two")
    log.log(33, "of no level known")
    assert changed(metrics) == {"log_messages_total warning": 1, "log_messages_total error": 1}


def test_spool_and_loops_show_where_they_stand(metrics: Metrics) -> None:
    metrics.spool(10, 100)
    metrics.loop_turned("poller", NOON)
    assert changed(metrics) == {
        "spool_used_bytes": 10,
        "spool_limit_bytes": 100,
        "loop_last_iteration_timestamp_seconds poller": NOON.timestamp(),
    }


def test_a_self_test_shows_each_kind_and_one_that_shows_nothing_leaves_them(metrics: Metrics) -> None:
    first, second = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    metrics.self_tested({"warc": "blind", "tar": "seen", "rar5": "refused"}, first, conclusive=True)
    metrics.self_tested({}, second, conclusive=False)
    get = metrics.registry.get_sample_value
    assert [get("scanner_blind_spot", {"format": kind}) for kind in ("warc", "tar", "rar5")] == [1, 0, 0]
    assert changed(metrics) == {
        "blind_spot warc": 1,
        "self_test_formats blind": 1,
        "self_test_formats refused": 1,
        "self_test_formats seen": 1,
        "self_test_inconclusive": 1,
        "self_test_last_success_timestamp_seconds": first.timestamp(),
    }


def test_the_last_probe_is_that_of_the_domain_where_it_is_longest_ago() -> None:
    metrics, seen = Metrics(), []
    for domain, moment in (("acme", NOON), ("bolt", None), ("bolt", NOON - timedelta(hours=1))):
        metrics.probes_stand(domain, moment)
        seen.append(metrics.registry.get_sample_value("scanner_probe_last_success_timestamp_seconds"))
    assert seen == [NOON.timestamp(), 0, NOON.timestamp() - 3600]


def test_deliveries_are_counted_and_only_one_that_woke_a_feed_has_a_moment() -> None:
    metrics, now = Metrics(), datetime(2026, 3, 4, tzinfo=UTC)
    value = metrics.registry.get_sample_value
    metrics.delivered("bad_secret", now)
    before = value("scanner_webhook_last_delivery_timestamp_seconds")
    metrics.delivered("woken", now)
    assert (before, value("scanner_webhook_last_delivery_timestamp_seconds")) == (0.0, now.timestamp())
    assert value("scanner_webhook_deliveries_total", {"result": "bad_secret"}) == 1.0
