"""The two corpora of `corpus`, written, put before a clamd and measured one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import corpus
from demo.clamd import PrivateClamd

CLAMD = {"DisableCache": "yes", "MaxThreads": "2"}
CORPORA: dict[str, Callable[[Path, int], None]] = {"office": corpus.write_office, "raw": corpus.write_raw}

Measure = Callable[[Path, Path, PrivateClamd], dict[str, Any]]
"""A folder to work in, the folder of the files, and a clamd; gives figures, of which `met` says whether they do."""


def each_corpus(folder: Path, files: int, measure: Measure) -> dict[str, Any]:
    """The figures of each, by name, and whether all targets are met."""
    results = {name: _measured(folder / name, write, files, measure) for name, write in CORPORA.items()}
    return {**results, "met": all(result["met"] for result in results.values())}


def _measured(folder: Path, write: Callable[[Path, int], None], files: int, measure: Measure) -> dict[str, Any]:
    local = folder / "corpus"
    local.mkdir(parents=True)
    write(local, files)
    with PrivateClamd(folder / "clamd", settings=CLAMD) as clamd:
        figures = measure(folder, local, clamd)
    return {"corpus": corpus.describe(local), **figures}
