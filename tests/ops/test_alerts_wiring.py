"""What docs/monitoring.md shows is taken by Prometheus and Alertmanager, and so is what the service exports."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from scanner.metrics import Metrics
from tests.metrics.test_families import full
from tests.ops.charts import documents_of, only
from tests.ops.promql import ROOT, RULES, alerts

PAGE = (ROOT / "docs" / "monitoring.md").read_text()
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def block(key: str) -> dict[str, object]:
    return next(one for one in BLOCKS if key in one)


def run(*command: str | Path, stdin: bytes = b"") -> tuple[int, str]:
    told = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    return told.returncode, (told.stdout + told.stderr).decode()


def test_the_metrics_of_the_service_pass_promtools_lint() -> None:
    assert run("promtool", "check", "metrics", stdin=generate_latest(full(Metrics()).registry)) == (0, "")


def test_the_settings_for_prometheus_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump({**block("scrape_configs"), "rule_files": [str(RULES)]}))
    code, told = run("promtool", "check", "config", file)
    assert code == 0, told


def test_the_inhibit_rules_are_taken_and_name_alerts_that_are_there(tmp_path: Path) -> None:
    inhibiting = block("inhibit_rules")
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump({**inhibiting, "route": {"receiver": "all"}, "receivers": [{"name": "all"}]}))
    code, told = run("amtool", "check-config", file)
    assert code == 0, told
    wanted = re.findall(r"Scanner[A-Za-z]+(?:\.[+*])?", yaml.safe_dump(inhibiting, width=10_000))
    assert [one for one in wanted if not any(re.fullmatch(one, name) for name in alerts())] == []


def test_the_line_that_puts_an_address_in_front_of_the_pages_does_so() -> None:
    script = re.search(r"^sed '(.*)' helm/alerts/scanner.rules.yaml", PAGE, re.MULTILINE)
    assert script is not None
    code, told = run("sed", script[1], RULES)
    pages = re.findall(r"runbook_url: (\S+)/runbooks/(\w+)\.md", told)
    assert (code, {address for address, _ in pages}) == (0, {"https://wiki.example.org/scanner"})
    assert {name for _, name in pages} == alerts().keys()


@pytest.mark.parametrize("given", ["", "https://wiki.example.org/scanner/"])
def test_the_chart_puts_an_address_in_front_of_the_pages_when_it_is_given_one(given: str) -> None:
    switched_on = ("--set", "prometheusRule.enabled=true", "--set", f"prometheusRule.docsUrl={given}")
    rule = only(documents_of("sqlite", *switched_on), "PrometheusRule", "r-scanner-scanner-rules")
    assert rule["spec"] == yaml.safe_load(RULES.read_text().replace("_url: docs/", f"_url: {given or 'docs/'}"))
