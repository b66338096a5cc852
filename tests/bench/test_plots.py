"""The pictures and tables of docs/performance.md show what is recorded."""

import json
import re
from pathlib import Path

from PIL import Image

from bench import plots
from bench.drawings import DRAWINGS, TITLES
from tools.bench_tables import TARGETS, outcome

PAGE = (plots.ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"!\[[^\]]+\]\(pictures/bench-([\w-]+)\.png\)", PAGE)
LARGEST = 60 * 1024


def drawn_from(name: str) -> dict[str, str]:
    with Image.open(plots.picture_of(name)) as picture:
        return {key: str(picture.info[key]) for key in (plots.SOURCE, plots.DIGEST)}


def test_each_picture_that_is_shown_is_of_its_result_as_recorded_now() -> None:
    assert len(SHOWN) >= 6
    assert {name: drawn_from(name) for name in SHOWN} == {
        name: {plots.SOURCE: f"bench/results/{name}.json", plots.DIGEST: plots.digest(name)} for name in SHOWN
    }, "run `python -m bench plots`"


def test_no_picture_is_large() -> None:
    assert [name for name in SHOWN if plots.picture_of(name).stat().st_size > LARGEST] == []


def test_each_drawing_has_a_title() -> None:
    assert set(DRAWINGS) == set(TITLES)


def test_a_picture_says_what_it_was_drawn_from(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(plots, "PICTURES", tmp_path)
    drawn = plots.draw("memory")
    assert drawn == tmp_path / "bench-memory.png"
    assert drawn_from("memory") == {plots.SOURCE: "bench/results/memory.json", plots.DIGEST: plots.digest("memory")}
    assert plots.draw("nothing of that name") is None


def test_a_target_is_met_at_the_limit_and_missed_by_what_is_beyond_it() -> None:
    assert [outcome(value, 10, at_least=False) for value in (9, 10, 11, 25)] == [
        "met",
        "met",
        "**missed** by 10%",
        "**missed**: 2.5 times as much",
    ]
    assert [outcome(value, 10, at_least=True) for value in (11, 10, 4)] == ["met", "met", "**missed**: 40% of it"]


def test_a_result_is_met_where_all_its_rows_are() -> None:
    told: dict[str, bool] = {}
    recorded = {path.stem: json.loads(path.read_text()) for path in plots.RESULTS.glob("*.json")}
    for one in TARGETS:
        if (result := recorded.get(one.name)) is not None:
            met = outcome(one.figure(result), one.limit(result), at_least=one.at_least) == "met"
            told[one.name] = told.get(one.name, True) and met
    assert told == {name: recorded[name]["met"] for name in told}
