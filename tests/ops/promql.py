"""What queries ask for, and what there is to be asked for."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import promql_parser
import yaml
from prometheus_client import Metric
from promql_parser import AggregateExpr, MatchOp, VectorSelector

from scanner.metrics import Metrics
from tests.metrics.test_families import full

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "helm" / "alerts" / "scanner.rules.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
OF_THE_SCRAPE = {"job", "instance", "namespace", "pod", "le"}
"""Labels that Prometheus adds, and that of buckets."""
OURS = ("scanner_", "job:scanner_")


class Asked(NamedTuple):
    """One selector of a query."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    """Those that have to be equal to something."""
    names: frozenset[str]
    """All labels that are matched."""


def rules() -> list[dict[str, Any]]:
    """All rules, with the name of their group."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [{**rule, "group": group["name"]} for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def nodes(expression: str) -> Iterator[Any]:
    """All parts of a query. Raises ValueError where it is none."""
    waiting = [promql_parser.parse(expression)]
    while waiting:
        node = waiting.pop()
        yield node
        children = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param", "vector_selector")]
        waiting += [one for one in (*children, *getattr(node, "args", ())) if one is not None]


def asked(expression: str) -> set[Asked]:
    """What a query selects."""
    found = (one for one in nodes(expression) if isinstance(one, VectorSelector))
    return {
        Asked(
            str(one.name),
            tuple((each.name, each.value) for each in one.matchers.matchers if each.op == MatchOp.Equal),
            frozenset(each.name for each in one.matchers.matchers),
        )
        for one in found
    }


def known() -> dict[str, dict[str, set[str]]]:
    """Each series of ours by the name that a query uses: its labels with the values that can be known at start."""
    there: dict[str, dict[str, set[str]]] = {}
    for family in chain(families(Metrics()), families(full(Metrics()))):
        for sample in family.samples:
            labels = there.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return there


def families(metrics: Metrics) -> list[Metric]:
    return [one for one in metrics.registry.collect() if one.name.startswith("scanner_")]


def unknown(expression: str) -> list[str]:
    """What a query asks for that nothing of ours will ever have; it would be silently empty."""
    there, recorded = known(), {rule["record"] for rule in rules() if "record" in rule}
    wrong = []
    for one in asked(expression):
        if one.metric in recorded or not one.metric.startswith(OURS):
            continue
        if one.metric not in there:
            wrong.append(one.metric)
            continue
        labels = there[one.metric]
        wrong += [f"{one.metric}{{{name}}}" for name in one.names - labels.keys() - OF_THE_SCRAPE]
        wrong += [
            f'{one.metric}{{{name}="{value}"}}'
            for name, value in one.labels
            if name in labels and value not in labels[name] and name not in LATE
        ]
    return wrong


LATE = {"endpoint", "format", "rule", "name", "by", "digest", "version"}
"""Labels whose values only a running service learns."""


def summed(expression: str) -> set[str]:
    """Metrics that a query adds up over replicas."""
    sums = [one for one in nodes(expression) if isinstance(one, AggregateExpr) and str(one.op) == "sum"]
    return {str(one.name) for total in sums for one in nodes(str(total.expr)) if isinstance(one, VectorSelector)}
