"""The process that runs a target over and over; see `campaign` for who watches it."""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import random
import resource
import sys
import traceback
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.fuzz import mutations

MEMORY = 1024**3
COUNTER = 8
"""Bytes of the file that tells how many inputs were begun."""


class Watched:
    """Runs one input after the other; says which, before, and what an exception was, after."""

    def __init__(self, run: Any, folder: Path) -> None:
        self._run = run
        self._folder = folder
        self._count = 0
        self._current = (folder / "current").open("wb", buffering=0)
        with (folder / "count").open("r+b") as file:
            self._counter = mmap.mmap(file.fileno(), COUNTER)

    def __call__(self, data: bytes) -> None:
        self._current.seek(0)
        self._current.truncate()
        self._current.write(data)
        self._count += 1
        self._counter[:COUNTER] = self._count.to_bytes(COUNTER, "little")
        try:
            self._run(data)
        except MemoryError as error:
            self._keep("memory", error, data)
        except Exception as error:
            self._keep("exception", error, data)

    def _keep(self, kind: str, error: BaseException, data: bytes) -> None:
        """Once for each place in the code."""
        lines = traceback.format_exception(error)
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else ""
        what = f"{type(error).__name__} in {where}: {str(error)[:200]}"
        key = hashlib.sha256(f"{type(error).__name__} {where}".encode()).hexdigest()[:12]
        if not (self._folder / f"{key}.json").exists():
            (self._folder / f"{key}.input").write_bytes(data)
            told = {"kind": kind, "what": what, "traceback": "".join(lines)[-8000:]}
            written = self._folder / f"{key}.part"
            written.write_text(json.dumps(told, indent=2))
            written.rename(self._folder / f"{key}.json")  # whole, for whoever watches


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("engine", choices=("atheris", "mutations"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("seed", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    engine = _by_atheris if given.engine == "atheris" else _by_mutations
    engine(given.target, given.folder, given.seed)


def _by_mutations(name: str, folder: Path, seed: int) -> None:
    target = _target(name)
    watched, seeds = Watched(target.run, folder), target.seeds()
    _limit()
    for data in mutations.inputs(seeds, random.Random(seed)):
        watched(data)


def _by_atheris(name: str, folder: Path, seed: int) -> None:
    import atheris  # noqa: PLC0415 -- may not be installed

    # Of libraries, those in Python that parse: the rest would only slow down what is looked for.
    with atheris.instrument_imports(
        include=["scanner.inspection", "scanner.rulebook", "scanner.document", "pypdf", "olefile", "oletools", "email"],
        enable_loader_override=False,
    ):
        target = _target(name)
    watched, corpus = Watched(target.run, folder), folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for data in target.seeds():
        (corpus / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)
    _limit()
    # The campaign watches time and memory, by its own measures.
    unwatched = ("-timeout=3600", "-rss_limit_mb=0")
    options = (f"-seed={seed + 1}", *unwatched, "-max_len=262144", f"-artifact_prefix={folder}/")
    atheris.Setup([sys.argv[0], *options, str(corpus)], watched)
    atheris.Fuzz()


def _target(name: str) -> Any:
    """Imported only now: atheris must come before what it instruments. `module:NAME` is one of a test's."""
    module, _, attribute = name.rpartition(":")
    if module:
        return getattr(import_module(module), attribute)
    return import_module("bench.fuzz.targets").TARGETS[name]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
