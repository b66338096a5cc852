"""For whoever runs the service: does it keep up, and if not, where is it stuck."""

from tools.dashboards.grafana import Dashboard, Row, heatmap, series, stat

LATE = "scanner_upload_to_verdict_seconds"

GLANCE = Row(
    "At a glance",
    (
        stat(
            "Oldest waiting",
            "How long the oldest upload has waited for its verdict. Old content that somebody asked for is left out.",
            'time() - min(scanner_backlog_waiting_since_timestamp_seconds{<job>, lane=~"live|reconcile"} > 0)'
            " or vector(0)",
            unit="s",
            limits=(900, 3600),
        ),
        stat(
            "Judged within 15 minutes",
            "Share of the uploads of this time range; the goal is 99 %.",
            f'sum(increase({LATE}_bucket{{<replica>, trigger="event", le="900.0"}}[$__range]))'
            f' / sum(increase({LATE}_count{{<replica>, trigger="event"}}[$__range]))',
            unit="percentunit",
            limits=(0.95, 0.99),
            good_above=True,
        ),
        stat(
            "Waiting",
            "Versions without a verdict that are still to be scanned, of all lanes.",
            "sum(max by (namespace, job, lane) (scanner_backlog_versions{<job>}))",
            limits=(1000, 10000),
        ),
        stat(
            "clamds in use",
            "Addresses whose clamds get scans from every replica that scans. None: some replica judges nothing.",
            "sum(min by (namespace, job, endpoint)"
            " (scanner_clamd_in_use{<job>} and on (namespace, job, instance) scanner_scan_slots{<job>} > 0))",
            limits=(1,),
            good_above=True,
        ),
        stat(
            "Day's API calls spent",
            "Of the domain nearest to its limit.",
            'max(scanner_api_quota_used_requests{<replica>, window="day"}'
            ' / scanner_api_quota_limit_requests{<replica>, window="day"})',
            unit="percentunit",
            limits=(0.8, 0.95),
        ),
        stat(
            "Replicas up",
            "Scanners that answer Prometheus.",
            "count(scanner_build_info{<replica>})",
            limits=(1,),
            good_above=True,
        ),
    ),
)

FLOW = Row(
    "Flow",
    (
        series(
            "Events read",
            "What the feeds brought, by kind. None for long in a busy domain: are the polls well?",
            ("sum by (kind) (rate(scanner_events_read_total{<replica>}[$__rate_interval]))", "{{kind}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Outcomes",
            "How events and the work on versions ended. Deferred work comes back, failed work was given up.",
            ("sum by (outcome) (rate(scanner_outcomes_total{<replica>}[$__rate_interval]))", "{{outcome}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Events that needed no scan",
            "By reason: our own acts, folders, what is not watched, nothing new, known already.",
            ("sum by (reason) (rate(scanner_skips_total{<replica>}[$__rate_interval]))", "{{reason}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Polls of the feeds",
            "By how they ended. Empty ones are well; throttled and error are not.",
            ("sum by (outcome) (rate(scanner_event_polls_total{<replica>}[$__rate_interval]))", "{{outcome}}"),
            unit="ops",
        ),
        series(
            "Since the last poll and the newest event",
            "The first grows where feeds cannot be read; the second where nothing happens, too.",
            ("time() - max(scanner_event_poll_last_success_timestamp_seconds{<replica>} > 0)", "last successful poll"),
            ("time() - max(scanner_event_last_seen_timestamp_seconds{<replica>} > 0)", "newest event"),
            unit="s",
        ),
        series(
            "Webhooks",
            "Deliveries by what became of them; all are zero where none are wanted.",
            ("sum by (result) (rate(scanner_webhook_deliveries_total{<replica>}[$__rate_interval]))", "{{result}}"),
            unit="ops",
        ),
    ),
)

LATENCY = Row(
    "Upload to verdict",
    (
        heatmap(
            "Upload to verdict",
            "Each column is the uploads judged then, by how long they had waited. The goal is the edge at 900 s.",
            f'{LATE}_bucket{{<replica>, trigger="event"}}',
            width=12,
            height=9,
        ),
        series(
            "Upload to verdict, quantiles",
            "Half, 95 % and 99 % of the uploads were judged within so many seconds.",
            *(
                (
                    f"histogram_quantile({share}, sum by (le) "
                    f'(rate({LATE}_bucket{{<replica>, trigger="event"}}[$__rate_interval])))',
                    name,
                )
                for share, name in ((0.5, "half"), (0.95, "95 %"), (0.99, "99 %"))
            ),
            unit="s",
            width=6,
            height=9,
        ),
        series(
            "How fast the goal's budget burns",
            "1 spends the month's one percent in a month; alerts are at 14.4 (1 h and 5 m), 6 and 1.",
            *(
                (
                    f'(1 - sum(rate({LATE}_bucket{{<replica>, trigger="event", le="900.0"}}[{window}]))'
                    f' / sum(rate({LATE}_count{{<replica>, trigger="event"}}[{window}]))) / 0.01',
                    window,
                )
                for window in ("5m", "1h", "6h")
            ),
            width=6,
            height=9,
        ),
    ),
)

BACKLOG = Row(
    "Backlog and throughput",
    (
        series(
            "Waiting, by lane",
            "live is what people do now; reconcile, rescan and backfill may wait.",
            ("sum by (lane) (max by (namespace, job, lane) (scanner_backlog_versions{<job>}))", "{{lane}}"),
            stacked=True,
        ),
        series(
            "Waiting, by state",
            "retry_wait is between two attempts; parked was given up.",
            ("sum by (state) (max by (namespace, job, state) (scanner_jobs{<job>}))", "{{state}}"),
            stacked=True,
        ),
        series(
            "Slots taken",
            "1: all are, and more waits only longer.",
            ("sum(scanner_scans_in_progress{<replica>}) / sum(scanner_scan_slots{<replica>})", "taken"),
            unit="percentunit",
            highest=1,
        ),
        series(
            "Verdicts",
            "By what led to them.",
            ("sum by (trigger) (rate(scanner_verdicts_total{<replica>}[$__rate_interval]))", "{{trigger}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Bytes to engines",
            "Content that each engine was given.",
            ("sum by (engine) (rate(scanner_scanned_bytes_total{<replica>}[$__rate_interval]))", "{{engine}}"),
            unit="Bps",
        ),
        series(
            "Verdict cache",
            "What it had for versions; a hit needs no download.",
            ("sum by (result) (rate(scanner_verdict_cache_lookups_total{<replica>}[$__rate_interval]))", "{{result}}"),
            unit="ops",
            stacked=True,
        ),
    ),
)

CLAMD = Row(
    "clamd and inspections",
    (
        series(
            "clamd",
            "Answers (1), and is in use: it has found the known-bad sample since it last failed.",
            ("min by (endpoint) (scanner_clamd_up{<job>})", "up {{endpoint}}"),
            ("min by (endpoint) (scanner_clamd_in_use{<job>})", "in use {{endpoint}}"),
            highest=1,
        ),
        series(
            "Queue in clamd",
            "Scans that wait inside clamd: above 0 for long means more connections than it has threads.",
            ("max by (endpoint) (scanner_clamd_queue_length{<job>})", "{{endpoint}}"),
        ),
        series(
            "Age of the loaded signatures",
            "Of what each clamd has loaded. A clamd with nothing but local files has no date, and no line.",
            ("time() - min by (endpoint) (scanner_clamd_signature_timestamp_seconds{<job>} > 0)", "{{endpoint}}"),
            unit="s",
        ),
        series(
            "Inspections, 95 %",
            "One engine, one version.",
            (
                "histogram_quantile(0.95, sum by (engine, le) "
                "(rate(scanner_inspection_duration_seconds_bucket{<replica>}[$__rate_interval])))",
                "{{engine}}",
            ),
            unit="s",
        ),
        series(
            "Inspections, by result",
            "incomplete cannot be looked into; failed gave no answer, and is tried again.",
            (
                "sum by (engine, result) (rate(scanner_inspections_total{<replica>}[$__rate_interval]))",
                "{{engine}} {{result}}",
            ),
            unit="ops",
        ),
        series(
            "Engine failures",
            "Runs without an answer, by reason.",
            (
                "sum by (engine, reason) (rate(scanner_engine_failures_total{<replica>}[$__rate_interval]))",
                "{{engine}} {{reason}}",
            ),
            unit="ops",
        ),
    ),
)

API = Row(
    "API budget",
    (
        series(
            "Calls, by what for",
            "Feed and remediation go first, old content last.",
            ("sum by (call_class) (rate(scanner_api_calls_total{<replica>}[$__rate_interval]))", "{{call_class}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Calls, by answer",
            "409 and 403 are answers, too; 5xx, timeout and connect_error are trouble on the other side.",
            ("sum by (code) (rate(scanner_api_requests_total{<replica>}[$__rate_interval]))", "{{code}}"),
            unit="ops",
            stacked=True,
        ),
        series(
            "Calls, 95 %",
            "Until the headers of the answer.",
            (
                "histogram_quantile(0.95, sum by (operation, le) "
                "(rate(scanner_api_request_duration_seconds_bucket{<replica>}[$__rate_interval])))",
                "{{operation}}",
            ),
            unit="s",
        ),
        series(
            "Quota of the day",
            "Spent and allowed, of the domain nearest to its limit.",
            ('max(scanner_api_quota_used_requests{<replica>, window="day"})', "spent"),
            ('max(scanner_api_quota_limit_requests{<replica>, window="day"})', "allowed"),
        ),
        series(
            "Throttled",
            "By what was exceeded. day: nothing goes on until midnight UTC.",
            ("sum by (scope) (rate(scanner_api_throttled_total{<replica>}[$__rate_interval]))", "{{scope}}"),
            unit="ops",
        ),
        series(
            "Tokens refused",
            "Answers 401.",
            ("sum(rate(scanner_api_auth_failures_total{<replica>}[$__rate_interval]))", "refused"),
            unit="ops",
        ),
    ),
)

ERRORS = Row(
    "Errors and runtime",
    (
        series(
            "Since each loop last turned",
            "A line that climbs is a loop that hangs.",
            ("time() - max by (loop) (scanner_loop_last_iteration_timestamp_seconds{<replica>} > 0)", "{{loop}}"),
            unit="s",
        ),
        series(
            "Log lines that matter",
            "error: somebody has to act. warning: something is degraded, and handled.",
            (
                'sum by (level) (rate(scanner_log_messages_total{<replica>, level=~"warning|error|critical"}'
                "[$__rate_interval]))",
                "{{level}}",
            ),
            unit="ops",
        ),
        series(
            "Errors that nobody foresaw",
            "Each is a defect to report.",
            ("sum by (loop) (increase(scanner_unhandled_exceptions_total{<replica>}[$__rate_interval]))", "{{loop}}"),
        ),
        series(
            "Memory",
            "Of each service's own process; those that take contents apart are beside it.",
            ("process_resident_memory_bytes{<replica>}", "{{instance}}"),
            unit="bytes",
        ),
        series(
            "Spool",
            "Space that open contents take, of what they may take together.",
            ("sum(scanner_spool_used_bytes{<replica>})", "taken"),
            ("sum(scanner_spool_limit_bytes{<replica>})", "allowed"),
            unit="bytes",
        ),
        series(
            "Notices",
            "Handed to other systems, by how a try ended.",
            ("sum by (result) (rate(scanner_notices_total{<replica>}[$__rate_interval]))", "{{result}}"),
            unit="ops",
        ),
    ),
)

OPERATOR = Dashboard(
    uid="scanner-operator",
    title="scanner / operator",
    meaning="Does the service keep up, and if not, where is it stuck? Alerts and what to do: docs/monitoring.md.",
    rows=(GLANCE, FLOW, LATENCY, BACKLOG, CLAMD, API, ERRORS),
)
