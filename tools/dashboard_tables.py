"""The tables of panels in docs/dashboards.md, from what makes the dashboards."""

from __future__ import annotations

from tools.dashboards import DASHBOARDS


def operator_table() -> str:
    """Of the operator's dashboard."""
    return _table("operator")


def security_table() -> str:
    """Of the security team's."""
    return _table("security")


def _table(name: str) -> str:
    rows = [
        f"| {row.title} | {panel.title} | {panel.meaning} |" for row in DASHBOARDS[name].rows for panel in row.panels
    ]
    return "\n".join(["| row | panel | how to read it |", "| --- | --- | --- |", *rows])
