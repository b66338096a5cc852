"""Both dashboards as pictures: `make pictures`. Grafana draws them otherwise; the data, places and words are the same.

The data is a story of two minutes, played now, so that rates are over ten seconds where Grafana takes more.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from PIL import Image

from tools.watch.panels import Shown, asked, panels_of
from tools.watch.play import Watched, watched_story

ROOT = Path(__file__).parents[2]
DASHBOARDS = ROOT / "helm" / "dashboards"
PICTURES = ROOT / "docs" / "pictures"
UNIT_WIDTH, UNIT_HEIGHT, DPI = 0.6, 0.36, 72
COLOURS = {"green": "#3d8b57", "yellow": "#c69a1d", "red": "#b8342f", "blue": "#3a6ea5"}
MOST_NAMES = 6
COLOURS_KEPT = 64
"""A third of the size of a file that everybody clones."""

Series = list[dict[str, Any]]


def main() -> None:
    """Play the story, and draw both dashboards from what was seen of it."""
    mpl.use("Agg")
    mpl.rcParams.update({"font.size": 7, "axes.titlesize": 8, "axes.titlelocation": "left", "axes.spines.top": False})
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="watch-") as folder, watched_story(Path(folder)) as watched:
        for file in sorted(DASHBOARDS.glob("*.json")):
            picture = PICTURES / f"{file.stem}.png"
            drawn(json.loads(file.read_text()), watched).savefig(picture, dpi=DPI)
            Image.open(picture).quantize(COLOURS_KEPT).save(picture, optimize=True)
            print(picture.relative_to(ROOT), file=sys.stderr)  # noqa: T201 -- says what was written


def drawn(dashboard: dict[str, Any], watched: Watched) -> Figure:
    """The whole page."""
    asked_by = list(panels_of(dashboard))
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard["panels"])
    figure = Figure(figsize=(24 * UNIT_WIDTH, height * UNIT_HEIGHT), facecolor="white")
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        if panel["type"] == "row":
            figure.text(0.006, 1 - (at["y"] + 0.75) / height, panel["title"], fontsize=10, fontweight="bold")
            continue
        left, low = (at["x"] + 0.9) / 24, 1 - (at["y"] + at["h"] - 0.9) / height
        axes = figure.add_axes((left, low, (at["w"] - 1.2) / 24, (at["h"] - 2.0) / height))
        queries = [one for one in asked_by if one.title == panel["title"] and one.kind == panel["type"]]
        axes.set_title(panel["title"])
        _DRAWERS[panel["type"]](axes, panel, [(one, asked(one, watched)) for one in queries], watched)
    return figure


def _stat(axes: Axes, panel: dict[str, Any], found: list[tuple[Shown, Series]], _: Watched) -> None:
    value = float(found[0][1][0]["values"][-1][1])
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    colour = next(step["color"] for step in reversed(steps) if step["value"] is None or value >= step["value"])
    axes.set_facecolor(COLOURS[colour])
    axes.set(xticks=[], yticks=[])
    whole = panel["fieldConfig"]["defaults"].get("decimals") == 0
    words = _in_unit(round(value) if whole else value, found[0][0].unit)
    axes.text(0.5, 0.5, words, ha="center", va="center", fontsize=15, color="white", transform=axes.transAxes)


def _lines(axes: Axes, panel: dict[str, Any], found: list[tuple[Shown, Series]], watched: Watched) -> None:
    lines = sorted(
        ((_name(one, each), _points(each, watched)) for one, series in found for each in series),
        key=lambda line: -max(value for value in line[1].values() if math.isfinite(value)),
    )
    stacked = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal"
    names = [name if number < MOST_NAMES else f"_{name}" for number, (name, _) in enumerate(lines)]
    if stacked:
        moments = sorted({moment for _, points in lines for moment in points})
        axes.stackplot(
            moments, [[points.get(moment, 0.0) for moment in moments] for _, points in lines], labels=names, alpha=0.75
        )
    else:
        for name, (_, points) in zip(names, lines, strict=True):
            axes.plot(list(points), list(points.values()), label=name, linewidth=1.1)
    axes.set(xlim=(0, watched.seconds), ylim=(0, panel["fieldConfig"]["defaults"].get("max")))
    _axis(axes, found[0][0].unit)
    axes.legend(loc="upper right", fontsize=6, framealpha=0.6)


def _heat(axes: Axes, panel: dict[str, Any], found: list[tuple[Shown, Series]], watched: Watched) -> None:
    one, series = found[0]
    buckets = sorted(series, key=lambda each: float(each["metric"]["le"]))
    columns = [_points(each, watched) for each in buckets]
    moments = sorted({moment for points in columns for moment in points})
    below: list[float] = [0.0] * len(moments)
    cells = []
    for points in columns:
        up_to = [points.get(moment, 0.0) for moment in moments]
        cells.append([max(0.0, now - before) for now, before in zip(up_to, below, strict=True)])
        below = up_to
    axes.pcolormesh(moments, range(len(cells)), cells, cmap="Oranges", norm=PowerNorm(0.5), shading="nearest")
    axes.set_yticks(range(len(cells)), [f"≤ {_in_unit(float(each['metric']['le']), one.unit)}" for each in buckets])
    axes.set_xlim(0, watched.seconds)


def _bars(axes: Axes, panel: dict[str, Any], found: list[tuple[Shown, Series]], _: Watched) -> None:
    one, series = found[0]
    ranked = sorted((float(each["values"][-1][1]), _name(one, each)) for each in series)
    axes.barh([name for _, name in ranked], [value for value, _ in ranked], color=COLOURS["blue"])
    axes.tick_params(axis="y", pad=-4, length=0)
    for label in axes.get_yticklabels():
        label.set_horizontalalignment("left")


_DRAWERS: dict[str, Callable[[Axes, dict[str, Any], list[tuple[Shown, Series]], Watched], None]] = {
    "stat": _stat,
    "timeseries": _lines,
    "heatmap": _heat,
    "bargauge": _bars,
}


def _points(series: dict[str, Any], watched: Watched) -> dict[float, float]:
    """Seconds since the story began, and the number then; not a number where there is none."""
    return {float(moment) - watched.start: float(value) for moment, value in series["values"]}


def _name(one: Shown, series: dict[str, Any]) -> str:
    name = one.legend
    for label, value in series["metric"].items():
        name = name.replace("{{" + label + "}}", value.rpartition("/")[2])
    return name


def _axis(axes: Axes, unit: str) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: _in_unit(value, unit))
    axes.grid(axis="y", linewidth=0.3)


def _in_unit(value: float, unit: str) -> str:
    if unit == "s":
        whole = next((each for each in ((86400, "d"), (3600, "h"), (60, "min")) if value >= each[0]), (1, "s"))
        return "∞" if value == float("inf") else f"{value / whole[0]:.3g} {whole[1]}"
    if unit in ("bytes", "Bps"):
        size = next(
            (each for each in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")) if value >= each[0]), (1, "B")
        )
        return f"{value / size[0]:.3g} {size[1]}" + ("/s" if unit == "Bps" else "")
    return f"{value:.3g} /s" if unit == "ops" else f"{100 * value:.3g} %" if unit == "percentunit" else f"{value:.4g}"


if __name__ == "__main__":
    main()
