"""Alerts by Prometheus' own tools: well formed, and each fires, keeps quiet and resolves where it should."""

import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from scanner.metrics import Metrics
from tests.ops.promql import ROOT, RULES, alerts, families, rules, summed, unknown

CASES = sorted((Path(__file__).parent / "alerts").glob("*_test.yaml"))
ALERTS = alerts()
SEVERITIES = {"critical", "warning", "info"}


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_rules_are_well_formed_by_promtools_own_lint() -> None:
    told = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem.removesuffix("_test"))
def test_the_alerts_do_what_their_cases_tell(case: Path) -> None:
    told = promtool("test", "rules", case)
    assert told.returncode == 0, told.stdout + told.stderr


def test_each_alert_has_a_case_in_which_it_is_quiet_then_fires_then_is_quiet_again() -> None:
    courses = defaultdict(set)
    for case in CASES:
        for story in yaml.safe_load(case.read_text())["tests"]:
            course = defaultdict(list)
            for moment in story["alert_rule_test"]:
                course[moment["alertname"]].append(bool(moment["exp_alerts"]))
            for name, fires in course.items():
                courses[name].add(tuple(fires))
    assert {name for name, found in courses.items() if (False, True, False) in found} == ALERTS.keys()


def test_each_case_tells_its_moments_in_order() -> None:
    moments = [
        [_minutes(moment["eval_time"]) for moment in story["alert_rule_test"]]
        for case in CASES
        for story in yaml.safe_load(case.read_text())["tests"]
    ]
    assert moments == [sorted(each) for each in moments]


def _minutes(written: str) -> int:
    return int(written[:-1]) * {"m": 1, "h": 60}[written[-1]]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_our_prefix_a_severity_a_summary_and_a_page(name: str) -> None:
    alert = ALERTS[name]
    page = f"docs/runbooks/{name}.md"
    assert name.startswith("Scanner")
    assert alert["labels"]["severity"] in SEVERITIES
    assert alert["annotations"].keys() == {"summary", "runbook_url"}
    assert alert["annotations"]["summary"].endswith(".")
    assert (alert["annotations"]["runbook_url"], (ROOT / page).is_file()) == (page, True)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_only_for_what_there_is(rule: dict[str, str]) -> None:
    assert unknown(rule["expr"]) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_what_all_replicas_read_from_one_ledger_is_never_added_up(rule: dict[str, str]) -> None:
    shared = {one.name for one in families(Metrics()) if "never sum" in one.documentation}
    assert summed(rule["expr"]) & shared == set()


def test_the_chart_gives_all_roles_of_a_release_one_job() -> None:
    monitors = (ROOT / "helm" / "templates" / "monitors.yaml").read_text()
    assert monitors.count("kind: ") == monitors.count("\n  jobLabel: app.kubernetes.io/instance\n") == 2
