"""The dashboards keep to what Grafana's own linter asks for, and ask only for what there is."""

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from scanner.metrics import Metrics
from tests.ops.promql import ROOT, families, summed, unknown
from tools.watch.panels import Shown, panels_of, with_values

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "dashboard.json").read_text())
FILES = sorted((ROOT / "helm" / "dashboards").glob("*.json"))
DASHBOARDS = {file.stem: json.loads(file.read_text()) for file in FILES}
SHOWN = [one for dashboard in DASHBOARDS.values() for one in panels_of(dashboard)]
BURN = "How fast the goal's budget burns"
"""Its windows are those of the alerts."""


def name(one: Shown) -> str:
    return f"{one.title} {one.ref}"


def test_there_are_two_of_them_with_addresses_of_their_own() -> None:
    assert {stem: one["uid"] for stem, one in DASHBOARDS.items()} == {
        "operator": "scanner-operator",
        "security": "scanner-security",
    }


@pytest.mark.parametrize("stem", DASHBOARDS)
def test_a_dashboard_has_the_shape_that_grafana_reads(stem: str) -> None:
    found = Draft202012Validator(SCHEMA).iter_errors(DASHBOARDS[stem])
    assert [f"{one.json_path}: {one.message[:200]}" for one in found] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_sorted_and_formatted_so_that_a_review_shows_what_changed(file: Path) -> None:
    text = file.read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("stem", DASHBOARDS)
def test_panels_have_numbers_and_titles_of_their_own(stem: str) -> None:
    panels = DASHBOARDS[stem]["panels"]
    titles = Counter((one["title"], one["type"]) for one in panels)
    assert [one["id"] for one in panels] == list(range(1, len(panels) + 1))
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("stem", DASHBOARDS)
def test_no_panel_lies_upon_another_or_beyond_the_edge(stem: str) -> None:
    places = [(one["title"], one["gridPos"]) for one in DASHBOARDS[stem]["panels"]]
    upon = [(first, second) for (first, a), (second, b) in combinations(places, 2) if overlap(a, b)]
    assert (upon, [title for title, at in places if at["x"] + at["w"] > 24]) == ([], [])


def overlap(a: dict[str, int], b: dict[str, int]) -> bool:
    return (
        a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
    )


@pytest.mark.parametrize("one", SHOWN, ids=name)
def test_a_query_asks_only_for_what_there_is_of_the_jobs_that_are_chosen(one: Shown) -> None:
    selectors = re.findall(r"\b(?:scanner|process)_\w+(\{[^}]*\})?", one.expr)
    assert [each for each in selectors if 'namespace=~"$namespace", job=~"$job"' not in each] == []
    assert unknown(with_values(one.expr, 60)) == []


@pytest.mark.parametrize("one", SHOWN, ids=name)
def test_what_all_replicas_read_from_one_ledger_is_never_added_up(one: Shown) -> None:
    shared = {each.name for each in families(Metrics()) if "never sum" in each.documentation}
    inner = re.sub(
        r"sum(?: by \(\w+\) )?\((max by \(namespace, job(?:, \w+)?\) \([^()]*\))\)", r"\1", with_values(one.expr, 60)
    )
    assert summed(inner) & shared == set()


@pytest.mark.parametrize("one", SHOWN, ids=name)
def test_rates_are_over_the_time_that_grafana_finds_right(one: Shown) -> None:
    windows = re.findall(r"(?:rate|increase)\([^\[\]]*\[([^\]]+)\]", one.expr)
    right = {"5m", "1h", "6h"} if one.title == BURN else {"$__rate_interval", "$__range"}
    assert set(windows) <= right


@pytest.mark.parametrize("stem", DASHBOARDS)
def test_annotations_ask_only_for_what_there_is(stem: str) -> None:
    queries = [one["expr"] for one in DASHBOARDS[stem]["annotations"]["list"]]
    assert [wrong for query in queries for wrong in unknown(with_values(query, 60))] == []


@pytest.mark.parametrize("stem", DASHBOARDS)
def test_one_chooses_by_namespace_first_and_all_of_them_are_those_without_any_too(stem: str) -> None:
    chosen = {one["name"]: one.get("allValue") for one in DASHBOARDS[stem]["templating"]["list"]}
    assert chosen == {"datasource": None, "namespace": ".*", "job": ".+", "instance": ".+"}


@pytest.mark.parametrize("one", SHOWN, ids=name)
def test_what_waits_longest_is_shown_and_of_several_releases_none_hides_another(one: Shown) -> None:
    """Oldest things by min, as the alerts do; what replicas share is one number for each namespace and job."""
    assert not re.search(r"max\(scanner_\w*(?:oldest|waiting_since|self_test)\w*timestamp", one.expr)
    shared = {each.name for each in families(Metrics()) if "never sum" in each.documentation}
    inner = re.findall(r"max(?: by \(([^)]*)\))? ?\((scanner_\w+)", one.expr)
    assert [metric for by, metric in inner if metric in shared and not by.startswith("namespace, job")] == []
