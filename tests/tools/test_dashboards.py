"""The dashboards that are shipped are those that their source says."""

from pathlib import Path

import pytest

from tools.dashboards import DASHBOARDS, written

FOLDER = Path(__file__).parents[2] / "helm" / "dashboards"


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_shipped_dashboard_is_as_its_source_says(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(DASHBOARDS[name]), (
        "python -m tools.dashboards writes it anew"
    )
