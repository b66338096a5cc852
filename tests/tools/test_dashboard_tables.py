"""The tables of panels name every panel of both dashboards."""

import json
from pathlib import Path

from tools.dashboard_tables import operator_table, security_table

FOLDER = Path(__file__).parents[2] / "helm" / "dashboards"


def test_every_panel_has_a_row_with_what_it_means() -> None:
    for name, table in (("operator", operator_table()), ("security", security_table())):
        panels = [one for one in json.loads((FOLDER / f"{name}.json").read_text())["panels"] if one["type"] != "row"]
        told = [tuple(line.strip("| ").split(" | ")[1:]) for line in table.splitlines()[2:]]
        assert told == [(one["title"], one["description"]) for one in panels]
