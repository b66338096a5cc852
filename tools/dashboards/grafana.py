"""Rows and panels in a few words, and what Grafana makes of them: JSON as it imports it, sorted and formatted.

In a query `<job>` stands for the chosen jobs, and `<replica>` for the chosen jobs and instances: gauges that all
replicas read from one ledger are asked for by job, and what each replica counts by replica. The former are the same on
all replicas of a namespace and job, and are added up only over these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WIDTH = 24
CHOSEN = 'namespace=~"$namespace", job=~"$job"'
SELECTORS = {"<job>": CHOSEN, "<replica>": f'{CHOSEN}, instance=~"$instance"'}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA = 39
"""Of Grafana 10; newer ones read it."""


@dataclass(frozen=True)
class Query:
    """One query of a panel, and how its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """What is shown, in which unit, and how to read it."""

    title: str
    meaning: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    """stat, timeseries, heatmap or bargauge."""
    unit: str = "short"
    width: int = 8
    height: int = 7
    limits: tuple[float, ...] = ()
    """Of a stat: where yellow begins, and where red does; one alone is where red does."""
    good_above: bool = False
    """The limits are lower ones."""
    stacked: bool = False
    highest: float | None = None
    decimals: int | None = None


ANNOTATIONS = (
    ("rules loaded", "changes(scanner_rules_last_load_success_timestamp_seconds{<replica>}[1m]) > 0", "blue"),
    ("started", "changes(process_start_time_seconds{<replica>}[1m]) > 0", "purple"),
)
"""On every page: name, query and colour."""


@dataclass(frozen=True)
class Row:
    """Panels under a heading, side by side as far as they fit."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Dashboard:
    """One page."""

    uid: str
    title: str
    meaning: str
    rows: tuple[Row, ...]


def stat(title: str, meaning: str, expr: str, **more: Any) -> Panel:
    """One number."""
    return Panel(title, meaning, (Query(expr),), kind="stat", **{"width": 4, "height": 4, **more})


def series(title: str, meaning: str, *queries: tuple[str, str], **more: Any) -> Panel:
    """Lines over time; each query with the name of its series."""
    return Panel(title, meaning, tuple(Query(*one) for one in queries), **more)


def heatmap(title: str, meaning: str, bucket: str, **more: Any) -> Panel:
    """How the observations of a histogram spread over time."""
    query = Query(f"sum by (le) (increase({bucket}[$__rate_interval]))", "{{le}}")
    return Panel(title, meaning, (query,), kind="heatmap", unit="s", **more)


def ranking(title: str, meaning: str, expr: str, legend: str, **more: Any) -> Panel:
    """Bars, the longest first."""
    return Panel(title, meaning, (Query(expr, legend),), kind="bargauge", **more)


def written(dashboard: Dashboard) -> str:
    """The file, to the letter."""
    return json.dumps(_dashboard(dashboard), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _dashboard(one: Dashboard) -> dict[str, Any]:
    return {
        "annotations": {"list": [_annotation(*each) for each in ANNOTATIONS]},
        "description": one.meaning,
        "editable": True,
        "graphTooltip": 1,
        "links": [],
        "panels": list(_panels(one.rows)),
        "refresh": "30s",
        "schemaVersion": SCHEMA,
        "tags": ["scanner"],
        "templating": {
            "list": [
                _datasource(),
                _variable("namespace", "", every=".*"),
                _variable("job", 'namespace=~"$namespace"'),
                _variable("instance", CHOSEN),
            ]
        },
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "title": one.title,
        "uid": one.uid,
    }


def _annotation(name: str, expr: str, colour: str) -> dict[str, Any]:
    return {
        "datasource": SOURCE,
        "enable": True,
        "expr": chosen(expr),
        "iconColor": colour,
        "name": name,
        "titleFormat": name,
    }


def _datasource() -> dict[str, Any]:
    return {"label": "Data source", "name": "datasource", "query": "prometheus", "type": "datasource"}


def _variable(label: str, among: str, every: str = ".+") -> dict[str, Any]:
    """`every`: what all of them are; outside Kubernetes there is no namespace."""
    query = (
        f"label_values(scanner_build_info{{{among}}}, {label})"
        if among
        else f"label_values(scanner_build_info, {label})"
    )
    return {
        "allValue": every,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "datasource": SOURCE,
        "definition": query,
        "includeAll": True,
        "label": label.capitalize(),
        "multi": True,
        "name": label,
        "query": query,
        "refresh": 2,
        "sort": 1,
        "type": "query",
    }


def _panels(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    number, y = 0, 0
    for row in rows:
        number += 1
        place = {"h": 1, "w": WIDTH, "x": 0, "y": y}
        yield {"collapsed": False, "gridPos": place, "id": number, "panels": [], "title": row.title, "type": "row"}
        x, y, highest = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y, highest = 0, y + highest, 0
            number += 1
            yield _panel(panel, number, {"h": panel.height, "w": panel.width, "x": x, "y": y})
            x, highest = x + panel.width, max(highest, panel.height)
        y += highest


def _panel(one: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "datasource": SOURCE,
        "description": one.meaning,
        "fieldConfig": {"defaults": _defaults(one), "overrides": []},
        "gridPos": place,
        "id": number,
        "options": _OPTIONS[one.kind],
        "targets": [_target(query, one, letter) for query, letter in zip(one.queries, "ABCDEF", strict=False)],
        "title": one.title,
        "type": one.kind,
    }


def _target(query: Query, panel: Panel, letter: str) -> dict[str, Any]:
    at_once = panel.kind in ("stat", "bargauge")
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": chosen(query.expr),
        "format": "heatmap" if panel.kind == "heatmap" else "time_series",
        "instant": at_once,
        "legendFormat": query.legend or "__auto",
        "range": not at_once,
        "refId": letter,
    }


def chosen(expr: str) -> str:
    """A query with its selectors."""
    for sign, selector in SELECTORS.items():
        expr = expr.replace(sign, selector)
    return expr


def _defaults(one: Panel) -> dict[str, Any]:
    found: dict[str, Any] = {"unit": one.unit, "color": {"mode": "palette-classic"}, "min": 0}
    if one.kind == "stat":
        found = {"unit": one.unit, "color": {"mode": "thresholds"}, "thresholds": _thresholds(one), "noValue": "–"}
    if one.kind == "timeseries":
        fill = 40 if one.stacked else 10
        stacking = {"group": "A", "mode": "normal" if one.stacked else "none"}
        found["custom"] = {"fillOpacity": fill, "lineWidth": 1, "showPoints": "never", "stacking": stacking}
    if one.highest is not None:
        found["max"] = one.highest
    if one.decimals is not None:
        found["decimals"] = one.decimals
    return found


def _thresholds(one: Panel) -> dict[str, Any]:
    colours = ["green", "yellow", "red"] if len(one.limits) > 1 else ["green", "red"]
    if one.good_above:
        colours.reverse()
    steps: list[dict[str, Any]] = [{"color": colours[0] if one.limits else "blue", "value": None}]
    steps += [{"color": colour, "value": limit} for colour, limit in zip(colours[1:], one.limits, strict=False)]
    return {"mode": "absolute", "steps": steps}


_REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[str, dict[str, Any]] = {
    "stat": {"colorMode": "background", "graphMode": "none", "reduceOptions": _REDUCE, "textMode": "auto"},
    "timeseries": {
        "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "heatmap": {
        "calculate": False,
        "cellGap": 1,
        "color": {"exponent": 0.5, "mode": "scheme", "scheme": "Oranges", "steps": 64},
        "tooltip": {"mode": "single", "yHistogram": True},
        "yAxis": {"unit": "s"},
    },
    "bargauge": {
        "displayMode": "gradient",
        "orientation": "horizontal",
        "reduceOptions": _REDUCE,
        "showUnfilled": True,
    },
}
