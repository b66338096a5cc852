"""Pictures of the results for docs/performance.md: `python -m bench plots`, and after each measurement.

Each PNG says in its own text which result it shows and what that file's SHA-256 was, so that a test finds a picture
that no longer shows what was measured.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bench.drawings import DRAWINGS, HEIGHTS, TITLES

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PICTURES = ROOT / "docs" / "pictures"
SOURCE, DIGEST = "Source", "Source-SHA256"
"""Names of the text chunks."""
WIDTH, HEIGHT, DPI = 8.6, 3.0, 100
COLOURS_KEPT = 48
STYLE = {"font.size": 8, "axes.titlesize": 8, "axes.titlelocation": "left", "axes.spines.top": False,
         "axes.spines.right": False}  # fmt: skip


def picture_of(name: str) -> Path:
    """Where the picture of a result is kept."""
    return PICTURES / f"bench-{name}.png"


def digest(name: str) -> str:
    """SHA-256 of a result as it lies there."""
    return hashlib.sha256((RESULTS / f"{name}.json").read_bytes()).hexdigest()


def draw(name: str) -> Path | None:
    """Draw one result anew. None where it is not there, or has no drawing."""
    file = RESULTS / f"{name}.json"
    if name not in DRAWINGS or not file.exists():
        return None
    _save(figure_of(name, json.loads(file.read_text())), name)
    return picture_of(name)


def figure_of(name: str, result: dict[str, Any]) -> Figure:
    """A result that has a drawing, with its title, drawn whole."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHTS.get(name, HEIGHT)), dpi=DPI, facecolor="white", layout="constrained")
        DRAWINGS[name](figure, result)
        figure.suptitle(f"{TITLES[name]}\n", fontsize=10, fontweight="bold", x=0.01, ha="left")
        figure.text(
            0.011, 1 - 0.27 / figure.get_figheight(), measured_on(result), fontsize=7, color="#555555", va="top"
        )
        figure.draw_without_rendering()
    return figure


def measured_on(result: dict[str, Any]) -> str:
    """The line below a title: when, and on which machine."""
    machine = result["machine"]
    day = datetime.fromisoformat(result["measured_at"]).strftime("%d %B %Y").lstrip("0")
    return (
        f"{day} · {machine['cpu']}, {machine['cores']} cores, load {machine['load_before']:.1f} before · "
        f"Python {machine['python']} · {machine['clamd']}"
    )


def _save(figure: Figure, name: str) -> None:
    said = PngInfo()
    said.add_text(SOURCE, f"bench/results/{name}.json")
    said.add_text(DIGEST, digest(name))
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    Image.open(raw).convert("RGB").quantize(COLOURS_KEPT).save(picture_of(name), optimize=True, pnginfo=said)
