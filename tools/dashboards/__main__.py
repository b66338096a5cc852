"""Write both dashboards where the chart and people find them."""

from pathlib import Path

from tools.dashboards import DASHBOARDS, written

FOLDER = Path(__file__).parents[2] / "helm" / "dashboards"

for name, dashboard in DASHBOARDS.items():
    (FOLDER / f"{name}.json").write_text(written(dashboard), encoding="utf-8")
