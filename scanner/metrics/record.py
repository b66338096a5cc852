"""The facts of a running service as numbers: one call per fact, safe from any thread.

Domains are no label. Where each has its own state, the worst of them is shown, so that one blind domain cannot hide
behind the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import product
from typing import Literal, Protocol

from prometheus_client import CollectorRegistry

from scanner.errors import RetryLater, Throttled, ThrottleScope
from scanner.metrics.families import (
    CODES,
    ENGINES,
    EVENT_KINDS,
    FOLDER_STATES,
    LEVELS,
    OPERATIONS,
    OTHER,
    SELF_TEST_OUTCOMES,
    SKIPPED,
    SUPPRESSIONS,
    YARA_GROUNDS,
    Families,
)
from scanner.model import (
    Brake,
    Disposition,
    Event,
    Finding,
    Inspection,
    Lane,
    Severity,
    Skipped,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)

MOST_RULES = 500
"""Rules with a series of their own; each further one is counted under `other`."""
Window = Literal["second", "day"]


class Polled(Protocol):
    """What one successful poll of a feed brought."""

    @property
    def settled(self) -> Sequence[tuple[Event, Disposition]]: ...
    @property
    def cursor(self) -> int | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reset(self) -> str | None: ...


class NamedRule(Protocol):
    """What the metrics know of a rule."""

    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> Severity: ...


class Backlog(Protocol):
    """What waits, as the ledger counts it."""

    @property
    def pending(self) -> int: ...
    @property
    def leased(self) -> int: ...
    @property
    def retry_wait(self) -> int: ...
    @property
    def parked(self) -> int: ...
    @property
    def oldest(self) -> datetime | None:
        """Upload time of the oldest version without a verdict."""

    @property
    def steps(self) -> int: ...
    @property
    def oldest_step(self) -> datetime | None:
        """Decision time of the oldest open step."""

    @property
    def braked(self) -> int:
        """Plans that the brakes hold."""

    @property
    def gaps(self) -> int: ...
    @property
    def walks(self) -> int:
        """Folders to be listed."""

    @property
    def walks_refused(self) -> int:
        """Folders that may not be listed."""

    @property
    def held(self) -> Mapping[str, int]:
        """Of the plans that wait for a person, by brake."""

    @property
    def oldest_held(self) -> datetime | None: ...
    @property
    def lanes(self) -> Mapping[str, int]:
        """Versions without a verdict, by lane."""

    @property
    def waiting_since(self) -> Mapping[str, datetime]:
        """Of the oldest version of each lane; lanes in which nothing waits are missing."""


class Metrics(Families):
    """The metrics, and what each fact does to them."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        super().__init__(registry)
        self._cursors: dict[str, int] = {}
        self._clamds: set[str] = set()
        self._last_probes: dict[str, float] = {}
        self._newest_event = 0.0
        self._quotas: dict[Window, dict[str, tuple[int, int]]] = {"second": {}, "day": {}}
        self._rule_labels: set[str] = set()

    def polled(self, domain: str, poll: Polled, now: datetime) -> None:
        """A poll succeeded: its events are in the ledger."""
        self.event_polls.labels(poll.outcome).inc()
        self.last_polls.succeeded(domain, now)
        if poll.reset is not None:
            self.cursor_resets.labels(poll.reset).inc()
        if poll.cursor is not None:
            self._cursors[domain] = poll.cursor
            self.cursor_position.set(sum(self._cursors.values()))
        for event, disposition in poll.settled:
            self._settled(event, disposition)

    def poll_failed(self, domain: str, error: RetryLater) -> None:
        """A poll got no answer, or was told to wait."""
        self.event_polls.labels("throttled" if isinstance(error, Throttled) else "error").inc()
        self.last_polls.failed(domain)

    def not_polled(self, domain: str, now: datetime) -> None:
        """A domain cannot be entered."""
        self.event_polls.labels("error").inc()
        self.last_polls.left_out(domain, now)

    def _settled(self, event: Event, disposition: Disposition) -> None:
        self.events_read.labels(event.type if event.type in EVENT_KINDS else OTHER).inc()
        self._newest_event = max(self._newest_event, event.occurred_at.timestamp())
        self.last_seen.set(self._newest_event)
        if isinstance(disposition, Skipped):
            self.outcomes.labels(SKIPPED).inc()
            self.skips.labels(disposition.reason.value).inc()

    def inspected(self, inspections: Iterable[Inspection], size: int) -> None:
        """Engines ran over one content of so many bytes; also when that gave no verdict."""
        for one in inspections:
            if one.engine not in ENGINES:
                continue
            self.inspections.labels(one.engine, _result(one)).inc()
            self.inspection_duration.labels(one.engine).observe(one.seconds)
            self.scanned_bytes.labels(one.engine).inc(size)
            if one.gap is not None and isinstance(one.gap.reason, Unchecked):
                self.engine_failures.labels(one.engine, one.gap.reason.value).inc()

    def judged(self, verdict: Verdict, trigger: str, now: datetime) -> None:
        """A verdict is in the ledger."""
        self.verdicts.labels(verdict.kind.value, trigger).inc()
        uploaded_at = verdict.version.uploaded_at
        if uploaded_at is not None:
            self.upload_to_verdict.labels(trigger).observe(max(0.0, (now - uploaded_at).total_seconds()))
        if verdict.kind is VerdictKind.UNSCANNABLE:
            self.unscannable.labels(_first_gap(verdict, Unscannable, Unscannable.FORMAT)).inc()
        if verdict.kind is VerdictKind.UNCHECKED:
            self.unchecked.labels(_first_gap(verdict, Unchecked, Unchecked.ENGINE_ERROR)).inc()
        for finding in verdict.findings:
            self._found(finding)
            self.suppressions_applied.inc(1 if finding.suppression else 0)

    def _found(self, finding: Finding) -> None:
        if not finding.counts or finding.engine not in ENGINES:
            return
        self.findings.labels(finding.engine, finding.severity.value).inc()
        if not finding.malware:
            rule = finding.name if finding.name in self._rule_labels else OTHER
            self.rule_findings.labels(rule, finding.severity.value).inc()

    def rules_loaded_ok(self, rules: Sequence[NamedRule], digest: str, now: datetime) -> None:
        """These rules are in force from now on; or still, and were found in order again."""
        for rule in rules:
            if len(self._rule_labels) < MOST_RULES:
                self._rule_labels.add(rule.id)
            if rule.id in self._rule_labels:
                self.rule_findings.labels(rule.id, rule.severity.value)
        self.rules_loaded.set(len(rules))
        self.rulebook.info({"digest": digest})
        self.rules_loaded_at.set(now.timestamp())
        self.rules_last_load.set(1)

    def rules_refused(self) -> None:
        """A change of the rules has a problem: the old ones stay."""
        self.rules_last_load.set(0)

    def suppressions_loaded(self, *, ok: bool) -> None:
        """A change of the suppressions is in force, or was refused: then the old ones stay."""
        self.suppressions_last_load.set(1 if ok else 0)

    def suppressions_stand(self, states: Iterable[str]) -> None:
        """How each suppression on file stands."""
        found = list(states)
        for state in SUPPRESSIONS:
            self.suppressions.labels(state).set(found.count(state))

    def yara_loaded(self, rules: int, disabled: Sequence[str]) -> None:
        """So many YARA rules are in force from now on; for each file that is not, why."""
        self.yara_rules_loaded.set(rules)
        for ground in YARA_GROUNDS:
            self.yara_disabled.labels(ground).set(list(disabled).count(ground))

    def yara_timed_out(self) -> None:
        """A content took the YARA rules too long."""
        self.yara_timeouts.inc()

    def self_tested(self, outcomes: Mapping[str, str], now: datetime, *, conclusive: bool) -> None:
        """A self-test has ended: its outcome for each kind of container. One that shows nothing changes no outcome."""
        self.self_test_inconclusive.set(0 if conclusive else 1)
        if not conclusive:
            return
        self.self_test_at.set(now.timestamp())
        for kind, outcome in outcomes.items():
            self.blind_spot.labels(kind).set(1 if outcome == "blind" else 0)
        for outcome in SELF_TEST_OUTCOMES:
            self.self_test_formats.labels(outcome).set(list(outcomes.values()).count(outcome))

    def quarantines(self, states: Mapping[str, int]) -> None:
        """How many domains' quarantine folders stand how."""
        for state in FOLDER_STATES:
            self.quarantine_folders.labels(state).set(states.get(state, 0))

    def noticed(self, result: str) -> None:
        """One try to hand a notice over: taken, not_taken or given_up."""
        self.notices.labels(result).inc()

    def delivered(self, result: str, now: datetime) -> None:
        """One of DELIVERY_RESULTS."""
        self.webhook_deliveries.labels(result).inc()
        if result == "woken":
            self.last_delivery.set(now.timestamp())

    def notices_waiting(self, count: int, oldest: datetime | None) -> None:
        self.notices_open.set(count)
        self.oldest_notice.set(_moment(oldest))

    def kept_by_another(self) -> None:
        """What is done once for all replicas is done elsewhere from now on: what was last seen of it here would be
        shown for ever, and alert on what has long been put right."""
        self.notices_waiting(0, None)
        self.versions_given_up({})
        self.quarantines({})
        self.webhooks_registered.set(0)

    def versions_given_up(self, by_reason: Mapping[str, int]) -> None:
        """All of them; reasons that are not told have none."""
        for reason in Unchecked:
            self.given_up.labels(reason.value).set(by_reason.get(reason.value, 0))

    def backlog(self, backlog: Backlog) -> None:
        """What waits in the ledger."""
        self.jobs.labels("pending").set(backlog.pending)
        self.jobs.labels("leased").set(backlog.leased)
        self.jobs.labels("retry_wait").set(backlog.retry_wait)
        self.jobs.labels("parked").set(backlog.parked)
        self.oldest_item.set(_moment(backlog.oldest))
        for lane in Lane:
            self.backlog_versions.labels(lane.value).set(backlog.lanes.get(lane.value, 0))
            self.waiting_since.labels(lane.value).set(_moment(backlog.waiting_since.get(lane.value)))
        self.steps_pending.set(backlog.steps)
        self.oldest_step.set(_moment(backlog.oldest_step))
        self.brake.set(1 if backlog.braked else 0)
        for brake in Brake:
            self.held.labels(brake.value).set(backlog.held.get(brake.value, 0))
        self.oldest_held.set(_moment(backlog.oldest_held))
        self.gaps_open.set(backlog.gaps)
        self.walks_open.labels("waiting").set(backlog.walks)
        self.walks_open.labels("refused").set(backlog.walks_refused)

    def walked(self, reason: str, listed: int, queued: int, moved: int) -> None:
        """A page of a folder was listed and recorded."""
        self.walk_pages.labels(reason).inc()
        for found, number in (("listed", listed), ("queued", queued), ("moved", moved)):
            self.walk_versions.labels(found).inc(number)

    def walked_older(self, found: int, queued: int) -> None:
        """A file was asked for its older versions."""
        self.walk_versions.labels("listed").inc(found)
        self.walk_versions.labels("queued").inc(queued)

    def walk_ended(self, missed: int, gone: int) -> None:
        """A walk over a part of a domain is complete."""
        self.walk_versions.labels("missed").inc(missed)
        self.walk_versions.labels("gone").inc(gone)

    def stated(self, day: date) -> None:
        """The last day that has a signed statement of coverage."""
        self.stated_day.set(datetime.combine(day + timedelta(days=1), time(), UTC).timestamp())

    def probes_stand(self, domain: str, came_through: datetime | None) -> None:
        """When a probe of a domain last came through; None where none has yet."""
        self._last_probes[domain] = _moment(came_through)
        self.last_probe.set(min(self._last_probes.values()))

    def api_call(self, operation: str, code: int | str, seconds: float, throttled: ThrottleScope | None = None) -> None:
        """One call of the API: its HTTP status, or `timeout` or `connect_error`, and the seconds to the headers."""
        operation = operation if operation in OPERATIONS else OTHER
        self.api_requests.labels(operation, str(code) if str(code) in CODES else OTHER).inc()
        self.api_duration.labels(operation).observe(seconds)
        if code == 401:
            self.api_auth_failures.inc()
        if throttled is not None:
            self.api_throttled.labels(throttled).inc()

    def api_quota(self, domain: str, window: Window, *, limit: int | None, used: int | None) -> None:
        """What the platform's headers said last of a domain's quota; None where they have not said it yet."""
        if limit is None or used is None:
            return
        self._quotas[window][domain] = (limit, used)
        limit, used = max(self._quotas[window].values(), key=lambda quota: quota[1] / max(quota[0], 1))
        self.quota_limit.labels(window).set(limit)
        self.quota_used.labels(window).set(used)

    def clamds(self, endpoints: Sequence[str]) -> bool:
        """All that there are by now; of others nothing is shown any more. Gives whether they are others than before."""
        before, self._clamds = self._clamds, set(endpoints)
        of_each = (self.clamd_up, self.clamd_queue, self.clamd_signatures, self.clamd_signatures_stale)
        for family, gone in product((*of_each, self.clamd_in_use), before - self._clamds):
            family.remove(gone)
        return self._clamds != before

    def clamd(self, endpoint: str, *, up: bool, queue: int = 0, signatures_at: datetime | None = None) -> None:
        """What clamd says of itself. While it is down its signatures keep their last known time."""
        self.clamd_up.labels(endpoint).set(1 if up else 0)
        self.clamd_queue.labels(endpoint).set(queue)
        if signatures_at is not None:
            self.clamd_signatures.labels(endpoint).set(signatures_at.timestamp())

    def clamd_stale(self, endpoint: str, *, stale: bool) -> None:
        """Whether what it has loaded is too old."""
        self.clamd_signatures_stale.labels(endpoint).set(1 if stale else 0)

    def spool(self, used: int, limit: int) -> None:
        """Bytes taken and allowed."""
        self.spool_used.set(used)
        self.spool_limit.set(limit)

    def loop_turned(self, loop: str, now: datetime) -> None:
        """One of LOOPS is alive."""
        self.loop_iteration.labels(loop).set(now.timestamp())

    def log_counter(self) -> logging.Handler:
        """To be added to the root logger: counts what it is given, and writes nothing."""
        return _LogCounter(self)


class _LogCounter(logging.Handler):
    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._lines = {level: metrics.log_messages.labels(level) for level in LEVELS}

    def emit(self, record: logging.LogRecord) -> None:
        line = self._lines.get(record.levelname.lower())
        if line is not None:
            line.inc()


def _result(inspection: Inspection) -> str:
    if inspection.gap is None:
        return "complete"
    return "incomplete" if isinstance(inspection.gap.reason, Unscannable) else "failed"


def _first_gap(verdict: Verdict, kind: type[Unscannable] | type[Unchecked], missing: StrEnum) -> str:
    """The reason as a label; `missing` where no inspection tells, since an engine did not report at all."""
    reasons = (one.gap.reason for one in verdict.inspections if one.gap is not None)
    return next((reason.value for reason in reasons if isinstance(reason, kind)), missing.value)


def _moment(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()
