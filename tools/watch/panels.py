"""What the panels of a dashboard ask, as Grafana would ask it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.watch.play import Watched

RATE_INTERVAL = "10s"
STEP = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """One query of one panel."""

    title: str
    kind: str
    unit: str
    ref: str
    expr: str
    legend: str
    instant: bool


def panels_of(dashboard: dict[str, Any]) -> Iterator[Shown]:
    """All queries of a dashboard, in the order in which it shows them."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield Shown(
                panel["title"],
                panel["type"],
                panel["fieldConfig"]["defaults"]["unit"],
                target["refId"],
                target["expr"],
                target["legendFormat"],
                target["instant"],
            )


def with_values(expression: str, seconds: int) -> str:
    """With all jobs and instances, over a time range of so many seconds."""
    values = {
        "$__rate_interval": RATE_INTERVAL,
        "$__range": f"{seconds}s",
        "$instance": ".+",
        "$job": ".+",
        "$namespace": ".*",
    }
    for sign, value in values.items():
        expression = expression.replace(sign, value)
    return expression


def asked(one: Shown, watched: Watched) -> list[dict[str, Any]]:
    """The series that a query gives over the whole story, those without any number left out."""
    expression = with_values(one.expr, watched.seconds)
    if one.instant:
        found = watched.server.query(expression, watched.end)
    else:
        found = watched.server.query_range(expression, watched.start, watched.end, STEP)
    return [series for series in found if any(math.isfinite(float(value)) for _, value in series["values"])]
