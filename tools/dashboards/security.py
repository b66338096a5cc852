"""For whoever answers for the files: what was found, what was done about it, and what nobody looked at."""

from tools.dashboards.grafana import Dashboard, Row, heatmap, ranking, series, stat

BAD = 'verdict=~"infected|flagged"'

GLANCE = Row(
    "At a glance",
    (
        stat(
            "Infected",
            "Versions in which an engine named malware, in this time range.",
            'sum(increase(scanner_verdicts_total{<replica>, verdict="infected"}[$__range]))',
            limits=(1,),
            decimals=0,
        ),
        stat(
            "Flagged",
            "Versions that a rule of yours matched, in this time range.",
            'sum(increase(scanner_verdicts_total{<replica>, verdict="flagged"}[$__range]))',
            limits=(1,),
            decimals=0,
        ),
        stat(
            "Moved into quarantine",
            "In this time range.",
            'sum(increase(scanner_steps_total{<replica>, step="quarantine", result="success"}[$__range]))',
            decimals=0,
        ),
        stat(
            "Held for a decision",
            "Plans that a brake holds: judged bad, and where people reach them.",
            "sum(max by (namespace, job, brake) (scanner_remediation_held{<job>}))",
            limits=(1,),
        ),
        stat(
            "Quarantine folders to look at",
            "Open to others, or not where they were.",
            'sum(max by (namespace, job, state) (scanner_quarantine_folders{<job>, state=~"open|missing"}))',
            limits=(1,),
        ),
        stat(
            "Gaps in coverage",
            "Stretches of events never seen and not yet made up for.",
            "sum(max by (namespace, job) (scanner_coverage_gaps_open{<job>}))",
            limits=(1,),
        ),
    ),
)

VERDICTS = Row(
    "Verdicts",
    (
        series(
            "Verdicts over time",
            "By kind. unscannable: nobody can look; unchecked: given up without a look. Neither is clean.",
            ("sum by (verdict) (increase(scanner_verdicts_total{<replica>}[$__rate_interval]))", "{{verdict}}"),
            width=12,
            height=9,
            stacked=True,
        ),
        series(
            "Share that is bad",
            "Infected or flagged, of all that was judged. A sudden step: an outbreak, or a wrong signature or rule.",
            (
                f"sum(rate(scanner_verdicts_total{{<replica>, {BAD}}}[$__rate_interval]))"
                " / sum(rate(scanner_verdicts_total{<replica>}[$__rate_interval]))",
                "bad",
            ),
            unit="percentunit",
            width=12,
            height=9,
            highest=1,
        ),
        series(
            "Nobody can look",
            "Unscannable versions by reason. A wave of encrypted files is what ransomware leaves.",
            ("sum by (reason) (increase(scanner_unscannable_total{<replica>}[$__rate_interval]))", "{{reason}}"),
            stacked=True,
        ),
        series(
            "Given up without a look",
            "Unchecked versions by reason.",
            ("sum by (reason) (increase(scanner_unchecked_total{<replica>}[$__rate_interval]))", "{{reason}}"),
            stacked=True,
        ),
        series(
            "Looked at once more",
            "After new signatures: infected is what they found in what had been called clean.",
            ("sum by (result) (increase(scanner_retro_looks_total{<replica>}[$__rate_interval]))", "{{result}}"),
            stacked=True,
        ),
    ),
)

FINDINGS = Row(
    "Rules and signatures",
    (
        ranking(
            "Top signatures of the last 24 hours",
            "Versions by signature, of the ten findings most frequent in all domains.",
            "topk(10, sum by (name) (max by (namespace, job, name) "
            '(scanner_detections_last_day{<job>, by="signature"})))',
            "{{name}}",
            width=8,
        ),
        ranking(
            "Top rules of the last 24 hours",
            "Versions by rule, of the ten findings most frequent in all domains.",
            'topk(10, sum by (name) (max by (namespace, job, name) (scanner_detections_last_day{<job>, by="rule"})))',
            "{{name}}",
            width=8,
        ),
        ranking(
            "Top rules of this time range",
            "Findings that counted, by rule.",
            "topk(10, sum by (rule) (increase(scanner_rule_findings_total{<replica>}[$__range])) > 0)",
            "{{rule}}",
            width=8,
        ),
        series(
            "Findings, by severity",
            "That counted, of all engines.",
            ("sum by (severity) (increase(scanner_findings_total{<replica>}[$__rate_interval]))", "{{severity}}"),
            stacked=True,
        ),
        series(
            "Suppressions on file",
            "unused: without effect for 30 days; expired: what they hid counts again.",
            ("sum by (state) (max by (namespace, job, state) (scanner_suppressions{<job>}))", "{{state}}"),
        ),
        series(
            "Findings that were suppressed",
            "More than usual: what do they hide?",
            ("sum(increase(scanner_suppressions_applied_total{<replica>}[$__rate_interval]))", "suppressed"),
        ),
    ),
)

QUARANTINE = Row(
    "Quarantine",
    (
        series(
            "Steps",
            "What was done about verdicts. dry_run: what would have been.",
            (
                'sum by (step, result) (increase(scanner_steps_total{<replica>, result=~"success|already_done|dry_run"}'
                "[$__rate_interval])) > 0",
                "{{step}} {{result}}",
            ),
        ),
        series(
            "Steps that did not come through",
            "failed leaves something undone; superseded met a newer version; braked waits for a person.",
            (
                'sum by (result) (increase(scanner_steps_total{<replica>, result=~"failed|superseded|braked|dropped"}'
                "[$__rate_interval]))",
                "{{result}}",
            ),
        ),
        series(
            "Decided and not done",
            "Open steps, and plans that a brake holds.",
            ("sum(max by (namespace, job) (scanner_steps_pending{<job>}))", "open steps"),
            ("sum by (brake) (max by (namespace, job, brake) (scanner_remediation_held{<job>}))", "held: {{brake}}"),
        ),
        series(
            "Quarantine folders",
            "Domains by how theirs stood at the last look.",
            ("sum by (state) (max by (namespace, job, state) (scanner_quarantine_folders{<job>}))", "{{state}}"),
            stacked=True,
        ),
        series(
            "How long things wait",
            "The oldest open step, and the oldest plan that a person has to decide about. 0: none.",
            ("time() - min(scanner_step_oldest_pending_timestamp_seconds{<job>} > 0) or vector(0)", "open step"),
            ("time() - min(scanner_remediation_held_oldest_timestamp_seconds{<job>} > 0) or vector(0)", "held plan"),
            unit="s",
        ),
        series(
            "Notices open",
            "What other systems do not know yet.",
            ("sum(max by (namespace, job) (scanner_notices_open{<job>}))", "open"),
        ),
    ),
)

EXPOSURE = Row(
    "Exposure",
    (
        heatmap(
            "Bad files within reach",
            "From the upload of a bad version until it lay in quarantine; each column is the moves of that time.",
            "scanner_exposure_seconds_bucket{<replica>}",
            width=12,
            height=9,
        ),
        series(
            "Bad files within reach, quantiles",
            "Half and 95 % of them were out of reach within so many seconds, over this time range.",
            *(
                (
                    f"histogram_quantile({share}, sum by (le) "
                    "(increase(scanner_exposure_seconds_bucket{<replica>}[$__range])))",
                    name,
                )
                for share, name in ((0.5, "half"), (0.95, "95 %"))
            ),
            unit="s",
            width=6,
            height=9,
        ),
        series(
            "Public links revoked",
            "Steps that looked for links to bad files and left none.",
            (
                'sum by (result) (increase(scanner_steps_total{<replica>, step="revoke_links"}[$__rate_interval]))',
                "{{result}}",
            ),
            width=6,
            height=9,
        ),
    ),
)

COVERAGE = Row(
    "Coverage",
    (
        series(
            "Walks",
            "Folders still to be listed. refused: the platform does not let us, so nobody looks.",
            ("sum by (state) (max by (namespace, job, state) (scanner_walks_open{<job>}))", "{{state}}"),
            ("sum(max by (namespace, job) (scanner_coverage_gaps_open{<job>}))", "gaps open"),
        ),
        series(
            "Found by walks",
            "queued: versions that no event had told of. Each is one that would have been missed.",
            ("sum by (found) (increase(scanner_walk_versions_total{<replica>}[$__rate_interval]))", "{{found}}"),
        ),
        series(
            "Given up, still open",
            "Versions that nobody has looked at, by reason.",
            ("sum by (reason) (max by (namespace, job, reason) (scanner_given_up_versions{<job>}))", "{{reason}}"),
            stacked=True,
        ),
        series(
            "Self-test",
            "Kinds of container by what became of the known-bad sample in them. blind ones are unscannable.",
            ("sum by (outcome) (max by (namespace, job, outcome) (scanner_self_test_formats{<job>}))", "{{outcome}}"),
            stacked=True,
        ),
        series(
            "Probes: time of the whole way",
            "A harmless file of ours from its upload to its clean-up: the average of each time.",
            (
                "sum(rate(scanner_probe_duration_seconds_sum{<replica>}[$__rate_interval]))"
                " / sum(rate(scanner_probe_duration_seconds_count{<replica>}[$__rate_interval]))",
                "whole way",
            ),
            unit="s",
        ),
        series(
            "Age of the proofs",
            "Since a probe came through, a self-test showed something, all was listed, and the last stated day ended.",
            (
                "time() - min(max by (namespace, job) (scanner_probe_last_success_timestamp_seconds{<job>} > 0))",
                "probe",
            ),
            ("time() - min(scanner_self_test_last_success_timestamp_seconds{<job>} > 0)", "self-test"),
            (
                "time() - min(max by (namespace, job) (scanner_walk_last_completed_timestamp_seconds{<job>} > 0))",
                "walk over all",
            ),
            (
                "time() - min(max by (namespace, job) (scanner_coverage_statement_day_timestamp_seconds{<job>} > 0))",
                "signed statement",
            ),
            unit="s",
        ),
    ),
)

SECURITY = Dashboard(
    uid="scanner-security",
    title="scanner / security",
    meaning="What was found, what was done about it, and what nobody looked at. Words: docs/verdicts.md.",
    rows=(GLANCE, VERDICTS, FINDINGS, QUARANTINE, EXPOSURE, COVERAGE),
)
