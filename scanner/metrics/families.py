"""What is measured: each metric with its labels, and every label value that can be known at start.

All known label combinations are touched at once: `increase()` over a series that was born with 1 shows nothing, so the
first infection would be missed. Moments are exported, never ages (an age nobody updates lies); 0 means never or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import TypeVar, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)

from scanner import __version__
from scanner.errors import ThrottleScope
from scanner.metrics.caching import CachingMetrics
from scanner.metrics.detections import Detections
from scanner.metrics.intended import Intended
from scanner.metrics.polls import LastPolls
from scanner.metrics.spending import SpendingMetrics
from scanner.model import Brake, Lane, Outcome, Severity, Skip, StepKind, StepState, Unchecked, Unscannable, VerdictKind

OTHER = "other"
"""Where values outside a closed list are counted."""
EVENT_KINDS = ("file_system", "note", "permission_change", OTHER)
TRIGGERS = ("event", "sweep", "retro", "manual")
ENGINES = ("clamd", "containers", "rules")
ENGINE_FAILURES = (Unchecked.ENGINE_DOWN, Unchecked.ENGINE_TIMEOUT, Unchecked.ENGINE_ERROR, Unchecked.INTERRUPTED)
LOOPS = ("poller", "dispatcher", "exporter")
"""Only those that report each turn: a loop that never does would look stalled for ever."""
SKIPPED = "skipped"
OPERATIONS = (
    *("account", "feed_range", "events_after", "file", "at_path", "list_folder", "folder_stats", "add_folder", "move"),
    *(
        "links",
        "public_links",
        "delete_link",
        "notes",
        "add_note",
        "permissions",
        "close_folder",
        "own_level",
        "person",
    ),
    *("open_content", "versions", "delete_version", "delete", "trash", "restore", "lock", "unlock", "add_text"),
    *("add_namespace", "properties", "set_properties"),
    *("webhooks", "webhook", "add_webhook", "set_webhook", "delete_webhook"),
    OTHER,
)
"""The calls of the cloud port."""
CODES = (
    *("200", "201", "204", "206", "400", "401", "403", "404", "409", "429", "500", "502", "503", "504"),
    *("timeout", "connect_error", OTHER),
)
YARA_GROUNDS = ("error", "unusable", "cost")
"""Why a YARA file is disabled."""
SELF_TEST_OUTCOMES = ("seen", "refused", "unproven", "blind")
SUPPRESSIONS = ("active", "expired", "unused")
WALK_STATES = ("waiting", "refused")
WALK_REASONS = ("event", "gap", "command", "schedule", "backfill")
SIGHTINGS = ("listed", "queued", "moved", "missed", "gone")
RETRO_RESULTS = ("same", "infected", "unavailable", "fresh")
LEVELS = ("debug", "info", "warning", "error", "critical")
FOLDER_STATES = ("closed", "open", "missing", "unused", "unknown")
PROBE_LEGS = ("upload", "event", "dispatch", "scan", "quarantine", "comment", "cleanup")
NOTICE_RESULTS = ("taken", "not_taken", "given_up")
DELIVERY_RESULTS = ("woken", "bad_secret", "unknown_domain", "too_large", "too_slow", "cut_off")
STEP_RESULTS = tuple(state.value for state in StepState if state not in (StepState.PLANNED, StepState.INTENDED))
VERDICT_BUCKETS = (5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 14400, 86400)
"""Seconds. The goal is 900: rules and dashboards ask for the edge `900.0`."""
INSPECTION_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300)
REQUEST_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60)
GLOBAL = "Read from the ledger, so the same on every replica: aggregate with max or min, never sum"
TIGHTEST = "of the domain nearest to its limit; absent until the platform has said it"

Family = TypeVar("Family", Counter, Gauge, Histogram)


class Families:
    """The metrics as attributes, registered and touched."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it without annotations
        self.registry = CollectorRegistry() if registry is None else registry
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.build = Info("scanner_build", "Constant 1; the version of the product", registry=self.registry)
        self.build.info({"version": __version__})
        self._declare_events()
        self._declare_work()
        self._declare_inspections()
        self._declare_rules()
        self._declare_steps()
        self._declare_notices()
        self._declare_probes()
        self._declare_api()
        self._declare_surroundings()
        self.intended = Intended(self.registry)
        self.detections = Detections(self.registry)
        self.caching = CachingMetrics(self.registry)
        self.spending = SpendingMetrics(self.registry)
        self.last_polls = LastPolls(self.registry)

    def _declare_events(self) -> None:
        self.events_read = self._counter("events_read", "Platform events read", kind=EVENT_KINDS)
        self.skips = self._counter("skips", "Events that needed no scan, by reason", reason=Skip)
        polls = ("success", "empty", "throttled", "error")
        self.event_polls = self._counter("event_polls", "Polls of a feed, by how they ended", outcome=polls)
        self.last_seen = self._gauge(
            "event_last_seen_timestamp_seconds", "Platform time of the newest event in the ledger, over all domains"
        )
        self.cursor_position = self._gauge(
            "event_cursor_position", "Event id up to which we have read, summed over domains"
        )
        self.cursor_resets = self._counter(
            "event_cursor_resets",
            "Cursors set anew; events may be lost at each but a first start",
            reason=("first_start", "expired", "lost"),
        )
        self.gaps_open = self._gauge(
            "coverage_gaps_open", f"Stretches of events never seen and not yet made up for. {GLOBAL}"
        )

        self.stated_day = self._gauge(
            "coverage_statement_day_timestamp_seconds",
            f"End of the last day that has a signed statement of coverage; 0 = none. {GLOBAL}",
        )
        self.walks_open = self._gauge(
            "walks_open",
            f"Folders to be listed, by state; refused = the platform does not let us, so that nobody looks. {GLOBAL}",
            state=WALK_STATES,
        )
        self.walk_pages = self._counter("walk_pages", "Pages of folders listed, by why", reason=WALK_REASONS)
        self.walk_versions = self._counter(
            "walk_versions",
            "Versions met by walks: listed, of these queued (nobody knew them) or moved; missed = not shown any more, "
            "of these gone = open ones that ended so",
            found=SIGHTINGS,
        )

    def _declare_work(self) -> None:
        outcomes = (*Outcome, SKIPPED)
        self.outcomes = self._counter("outcomes", "How events and the work on versions ended", outcome=outcomes)
        jobs = ("pending", "leased", "retry_wait", "parked")
        self.jobs = self._gauge("jobs", f"Versions without a verdict, by state. {GLOBAL}", state=jobs)
        self.oldest_item = self._gauge(
            "backlog_oldest_item_timestamp_seconds",
            f"Upload time of the oldest version without a verdict; 0 = none. {GLOBAL}",
        )
        self.backlog_versions = self._gauge(
            "backlog_versions", f"Versions without a verdict that are still to be scanned, by lane. {GLOBAL}", lane=Lane
        )
        self.waiting_since = self._gauge(
            "backlog_waiting_since_timestamp_seconds",
            "Since when the oldest version of a lane waits for its verdict: what is live since its upload, all else "
            f"since it was found; 0 = none. {GLOBAL}",
            lane=Lane,
        )
        self.given_up = self._gauge(
            "given_up_versions", f"Versions that were given up as unchecked, by reason. {GLOBAL}", reason=Unchecked
        )
        self.retro_looks = self._counter(
            "retro_looks",
            "Contents to be looked at once more after new signatures: same = nothing new, infected = judged anew, "
            "unavailable = not to be had or not answered, fresh = not necessary",
            result=RETRO_RESULTS,
        )
        self.second_chances = self._counter(
            "second_chances", "Given-up versions put back, since one of their kind came through", reason=Unchecked
        )
        self.upload_to_verdict = self._histogram(
            "upload_to_verdict_seconds", "From upload to recorded verdict", VERDICT_BUCKETS, trigger=TRIGGERS
        )
        self.verdicts = self._counter("verdicts", "Verdicts recorded", verdict=VerdictKind, trigger=TRIGGERS)
        self.unscannable = self._counter("unscannable", "Versions nobody can look into, by reason", reason=Unscannable)
        self.unchecked = self._counter("unchecked", "Versions given up without a look, by reason", reason=Unchecked)
        self.scans_in_progress = self._gauge("scans_in_progress", "Versions being worked on")
        self.scan_slots = self._gauge(
            "scan_slots", "Versions that can be worked on at once; 0 = a replica that only reads feeds"
        )

    def _declare_inspections(self) -> None:
        results = ("complete", "incomplete", "failed")
        self.inspections = self._counter(
            "inspections",
            "Engine runs; incomplete = the content cannot be looked into, failed = the engine gave no answer",
            engine=ENGINES,
            result=results,
        )
        self.inspection_duration = self._histogram(
            "inspection_duration_seconds", "One engine, one version", INSPECTION_BUCKETS, engine=ENGINES
        )
        self.engine_failures = self._counter(
            "engine_failures", "Engine runs without an answer, by reason", engine=ENGINES, reason=ENGINE_FAILURES
        )
        self.scanned_bytes = self._counter("scanned_bytes", "Bytes given to engines", engine=ENGINES)
        self.findings = self._counter("findings", "Findings that counted", engine=ENGINES, severity=Severity)

        self._declare_self_test()

    def _declare_self_test(self) -> None:
        self.blind_spot = self._late_gauge(
            "blind_spot",
            "1 = the known-bad sample is missed in this kind of container, so that none is clean; 0 = seen or refused",
            "format",
        )
        self.self_test_formats = self._gauge(
            "self_test_formats",
            "Kinds of container by what became of the known-bad sample in them; refused = nobody looks, and says so",
            outcome=SELF_TEST_OUTCOMES,
        )
        self.self_test_inconclusive = self._gauge(
            "self_test_inconclusive", "1 = not even the plain sample was found at the last self-test"
        )
        self.self_test_at = self._gauge(
            "self_test_last_success_timestamp_seconds", "End of the last self-test that was conclusive; 0 = none yet"
        )

    def _declare_rules(self) -> None:
        self.rule_findings = self._counter(
            "rule_findings",
            "Findings that counted, by rule; beyond 500 rules under `other`",
            rule=(OTHER,),
            severity=Severity,
        )
        self.rules_loaded = self._gauge("rules_loaded", "Rules in force")
        self.rules_last_load = self._gauge(
            "rules_last_load_successful", "0 = the last change of the rules was refused; the old ones are in force"
        )
        self.rules_loaded_at = self._gauge(
            "rules_last_load_success_timestamp_seconds", "When rules were last loaded and found in order; 0 = never"
        )
        self.rulebook = Info("scanner_rulebook", "Constant 1; the rulebook in force", registry=self.registry)
        self.rulebook.info({"digest": ""})
        self._declare_yara()
        self._declare_suppressions()

    def _declare_yara(self) -> None:
        self.yara_rules_loaded = self._gauge("yara_rules_loaded", "YARA rules in force")
        self.yara_disabled = self._gauge(
            "yara_files_disabled",
            "YARA files whose rules are not in force, by reason; 0 is the only good value",
            reason=YARA_GROUNDS,
        )
        self.yara_timeouts = self._counter("yara_timeouts", "Contents that took the YARA rules too long")

    def _declare_suppressions(self) -> None:
        self.suppressions = self._gauge(
            "suppressions", f"Suppressions on file; unused = without effect for 30 days. {GLOBAL}", state=SUPPRESSIONS
        )
        self.suppressions_applied = self._counter("suppressions_applied", "Findings that were suppressed")
        self.suppressions_last_load = self._gauge(
            "suppressions_last_load_successful",
            "0 = the last change of the suppressions was refused; the old ones are in force",
        )

    def _declare_steps(self) -> None:
        self.steps = self._counter("steps", "Remediation steps, by how they ended", step=StepKind, result=STEP_RESULTS)
        self.steps_pending = self._gauge("steps_pending", f"Steps decided and not done. {GLOBAL}")
        self.oldest_step = self._gauge(
            "step_oldest_pending_timestamp_seconds", f"Decision time of the oldest open step; 0 = none. {GLOBAL}"
        )
        self.brake = self._gauge(
            "remediation_brake_engaged", f"1 = the brake holds plans, and a person must decide about them. {GLOBAL}"
        )
        self.held = self._gauge(
            "remediation_held",
            f"Plans held until a person decides, by the limit that was reached. {GLOBAL}",
            brake=Brake,
        )
        self.oldest_held = self._gauge(
            "remediation_held_oldest_timestamp_seconds", f"Since when the oldest plan is held; 0 = none. {GLOBAL}"
        )

    def _declare_notices(self) -> None:
        self.quarantine_folders = self._gauge(
            "quarantine_folders",
            "Domains, by how their quarantine folder stood when it was last looked at; open and missing need a person",
            state=FOLDER_STATES,
        )
        self.notices = self._counter(
            "notices", "Notices to other systems, by how a try to hand one over ended", result=NOTICE_RESULTS
        )
        self.webhook_deliveries = self._counter(
            "webhook_deliveries", "Deliveries of Egnyte's webhooks, by what became of them", result=DELIVERY_RESULTS
        )
        self.last_delivery = self._gauge(
            "webhook_last_delivery_timestamp_seconds", "When a delivery last woke a feed; 0 = never since the start"
        )
        self.webhooks_registered = self._gauge(
            "webhooks_registered", "Domains whose webhook is registered and enabled; the others are only polled"
        )
        self.notices_open = self._gauge("notices_open", f"Notices that nobody has taken yet. {GLOBAL}")
        self.oldest_notice = self._gauge(
            "notice_oldest_open_timestamp_seconds", f"Since when the oldest notice is open; 0 = none. {GLOBAL}"
        )

    def _declare_probes(self) -> None:
        self.probe_legs = self._histogram(
            "probe_leg_duration_seconds", "One leg of a probe that came through it", VERDICT_BUCKETS, leg=PROBE_LEGS
        )
        self.probe_duration = self._histogram(
            "probe_duration_seconds", "From the upload of a probe that came through to its clean-up", VERDICT_BUCKETS
        )
        self.probe_failures = self._counter("probe_failures", "Probes that did not come through a leg", leg=PROBE_LEGS)
        self.last_probe = self._gauge(
            "probe_last_success_timestamp_seconds",
            "When a probe last came through, of the domain where it is longest ago; 0 = none yet, or no domain has any",
        )

    def _declare_api(self) -> None:
        self.api_requests = self._counter(
            "api_requests",
            "Calls of the platform's API, by HTTP status or kind of failure",
            operation=OPERATIONS,
            code=CODES,
        )
        self.api_duration = self._histogram(
            "api_request_duration_seconds",
            "From a call of the platform's API to the headers of its answer",
            REQUEST_BUCKETS,
            operation=OPERATIONS,
        )
        self.api_throttled = self._counter(
            "api_throttled", "Throttle answers, by what was exceeded", scope=get_args(ThrottleScope)
        )
        self.api_auth_failures = self._counter("api_auth_failures", "Answers that refused the token (401)")
        self.quota_limit = self._late_gauge(
            "api_quota_limit_requests", f"API calls allowed per window, {TIGHTEST}", "window"
        )
        self.quota_used = self._late_gauge(
            "api_quota_used_requests", f"API calls spent in the window, {TIGHTEST}", "window"
        )

    def _declare_surroundings(self) -> None:
        self.clamd_up = self._late_gauge("clamd_up", "1 = clamd answers", "endpoint")
        self.clamd_queue = self._late_gauge("clamd_queue_length", "Scans waiting inside clamd", "endpoint")
        self.clamd_signatures = self._late_gauge(
            "clamd_signature_timestamp_seconds", "Build time of the signatures clamd has loaded", "endpoint"
        )
        self.clamd_signatures_stale = self._late_gauge(
            "clamd_signatures_stale", "1 = what clamd has loaded is older than clamav.oldest_signatures", "endpoint"
        )
        self.clamd_in_use = self._late_gauge(
            "clamd_in_use", "1 = gets scans, 0 = failed and has not found the known-bad sample since", "endpoint"
        )
        self.clamd_versions = self._gauge(
            "clamd_versions", "Different versions of engine and signatures among the clamds in use"
        )
        self.loop_iteration = self._gauge(
            "loop_last_iteration_timestamp_seconds", "When a loop last turned", loop=LOOPS
        )
        self.unhandled_exceptions = self._counter(
            "unhandled_exceptions", "Unforeseen errors, each a defect to report", loop=LOOPS
        )
        self.spool_used = self._gauge("spool_used_bytes", "Space that open contents take")
        self.spool_limit = self._gauge("spool_limit_bytes", "Space that they may take together")
        self.log_messages = self._counter("log_messages", "Log lines, by level", level=LEVELS)

    def _counter(self, name: str, meaning: str, **labels: Iterable[str]) -> Counter:
        return _touched(Counter(f"scanner_{name}", meaning, list(labels), registry=self.registry), labels)

    def _gauge(self, name: str, meaning: str, **labels: Iterable[str]) -> Gauge:
        return _touched(Gauge(f"scanner_{name}", meaning, list(labels), registry=self.registry), labels)

    def _late_gauge(self, name: str, meaning: str, label: str) -> Gauge:
        """A gauge whose label values only a running service learns."""
        return Gauge(f"scanner_{name}", meaning, [label], registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], **labels: Iterable[str]) -> Histogram:
        return _touched(
            Histogram(f"scanner_{name}", meaning, list(labels), buckets=buckets, registry=self.registry), labels
        )


def _touched(family: Family, labels: Mapping[str, Iterable[str]]) -> Family:
    for values in product(*labels.values()) if labels else ():
        family.labels(*map(str, values))
    return family
