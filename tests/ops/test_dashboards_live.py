"""Every query of every panel, asked of a real Prometheus that watched the demo with a real clamd and the emulator."""

import json

import pytest

from tests.ops.promql import ROOT
from tools.watch.panels import asked, panels_of
from tools.watch.play import watched_story


@pytest.mark.timeout(400)
def test_every_panel_shows_something_of_a_story_that_has_just_been_played(tmp_path_factory) -> None:
    dashboards = [json.loads(file.read_text()) for file in sorted((ROOT / "helm" / "dashboards").glob("*.json"))]
    shown = [one for dashboard in dashboards for one in panels_of(dashboard)]
    with watched_story(tmp_path_factory.mktemp("w")) as watched:
        empty = [(one.title, one.ref) for one in shown if not asked(one, watched)]
    assert empty == []
    assert len(shown) > 70
