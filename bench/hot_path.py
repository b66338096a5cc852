"""Where the CPU of the product goes, for each small document: by station, now and as it was before it was made faster.

Each round runs the whole product over the same documents, as it is and sampled (`bench.sampler`), in every process that
it starts. A sample is 10 ms of CPU; what sampling itself costs is the CPU with samples over that without. Both versions
of the code take turns. A stack that is written just as it changes can end its process, once in some thousands of
samples: such a run is repeated, and how often is told.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import socketserver
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import corpus, sampler
from bench.corpora import CLAMD
from bench.product import Product
from bench.stations import ONCE, STATIONS, place_of, stacks, station_of
from demo.clamd import PrivateClamd
from demo.stage import REPOSITORY

FILES = 400
ROUNDS = 3
BEFORE = "3686165"
"""The last commit with all 74 rules, before contents were taken apart and searched faster."""
ATTEMPTS = 4
LISTED = 20
"""Functions that are named in the result."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One sampled run: CPU seconds of all its processes, and samples by station and by place."""

    cpu: float
    stations: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    processes: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


class Ended(Exception):
    """By the signal of a fault in memory."""


def run(folder: Path, files: int = FILES, rounds: int = ROUNDS, before: str | None = BEFORE) -> dict[str, Any]:
    local = folder / "corpus"
    local.mkdir()
    corpus.write_office(local, files)
    checkouts = {"now": REPOSITORY}
    if before is not None:
        checkouts["before"] = _checked_out(before, folder / "before")
    plain, sampled = defaultdict[str, list[float]](list), defaultdict[str, list[Sampled]](list)
    with PrivateClamd(folder / "clamd", settings=CLAMD) as clamd:
        for number in range(rounds):
            for name, checkout in checkouts.items():
                plain[name].append(_cpu(folder / f"{name}-{number}-plain", local, clamd, checkout, {}))
                sampled[name].append(_sampled(folder / f"{name}-{number}", local, clamd, checkout))
    found = {name: _figures(plain[name], sampled[name], files) for name in checkouts}
    return {
        "what": "CPU of the product by station, for each of small documents from event to verdict",
        "corpus": corpus.describe(local),
        "rounds": rounds,
        "commits": {"now": _commit("HEAD")} | ({"before": _commit(before)} if before is not None else {}),
        "interval_ms": 1000 * sampler.INTERVAL,
        **found,
        "met": True,
    }


def _commit(name: str) -> str:
    command = ["git", "log", "-1", "--format=%h, %cs", name]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()


def _checked_out(commit: str, folder: Path) -> Path:
    """The product as it was then. Raises RuntimeError where the history does not reach back so far."""
    command = ["git", "archive", commit, "scanner", "rules"]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"{commit} is not in this clone's history: {answer.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(answer.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _sampled(folder: Path, local: Path, clamd: PrivateClamd, checkout: Path) -> Sampled:
    cpu, heard, repeated = _heard(folder, local, clamd, checkout)
    found = Sampled(cpu, repeated=repeated)
    for written in heard:
        command, _, rest = written.decode(errors="replace").partition("\n")
        for stack in stacks(rest):
            found.stations[station_of(stack)] += 1
            if (station := station_of(stack)) not in ONCE:
                found.places[f"{station}: {place_of(stack)}"] += 1
            found.processes["sandboxed" if " -P " in command else "service"] += 1
    return found


def _heard(folder: Path, local: Path, clamd: PrivateClamd, checkout: Path) -> tuple[float, list[bytes], int]:
    """CPU seconds, what each process told, and how often the run was repeated."""
    for attempt in range(ATTEMPTS):
        try:
            with listening() as (where, heard):
                cpu = _cpu(folder / str(attempt), local, clamd, checkout, {"PYTHONPATH": str(where)})
        except Ended as error:
            print(f"profile: once more: {error}", file=sys.stderr)
        else:
            return cpu, heard, attempt
    raise RuntimeError(f"ended by its own samples {ATTEMPTS} times")


def _cpu(folder: Path, local: Path, clamd: PrivateClamd, checkout: Path, more: Mapping[str, str]) -> float:
    """CPU seconds of a whole run over all files, with all processes that it started."""
    with Product(folder, clamd.address, rules={"paths": [str(checkout / "rules")]}) as product:
        product.upload_all(local)
        before = _spent()
        with (folder / "scanner.log").open("wb") as log:
            untested = ("--no-self-test",) if checkout == REPOSITORY else ()  # what was before ran none
            command = product.command("run", "--once", *untested, "--json")
            ended = subprocess.run(command, stdout=log, stderr=log, cwd=checkout, env=os.environ | more, check=False)
        spent = _spent() - before
        if ended.returncode == -signal.SIGSEGV and more:
            raise Ended(f"a sampled run was ended after {product.verdicts()} verdicts")
        if ended.returncode not in (0, 1) or product.verdicts() != len(list(local.iterdir())):
            log_end = (folder / "scanner.log").read_text()[-2000:]
            raise RuntimeError(f"{ended.returncode}, {product.verdicts()} verdicts: {log_end}")
    return spent


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def listening() -> Iterator[tuple[Path, list[bytes]]]:
    """A folder that makes whoever imports from it tell its stacks; and what each process told, once all have ended."""
    heard = list[bytes]()

    class Hear(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            heard.append(self.rfile.read())

    where = Path(tempfile.mkdtemp(prefix="bench-"))  # the path of a socket may have no more than 107 bytes
    shutil.copy(sampler.__file__, where / "sitecustomize.py")
    server = socketserver.ThreadingUnixStreamServer(str(where / sampler.SOCKET), Hear)
    listening = threading.Thread(target=server.serve_forever, args=(0.05,))
    listening.start()
    try:
        yield where, heard
    finally:
        server.shutdown()
        listening.join()
        server.server_close()  # waits for all that speak
        shutil.rmtree(where)


def _figures(plain: list[float], sampled: list[Sampled], files: int) -> dict[str, Any]:
    cpu = [1000 * one / files for one in plain]
    spent = {name: [_ms(one.stations[name]) for one in sampled] for name in (*dict(STATIONS), *ONCE)}
    unseen = [1000 * one.cpu - _ms(one.stations.total()) for one in sampled]
    places = sum((one.places for one in sampled), Counter[str]())
    return {
        "cpu_ms_per_file_in_all": round(statistics.median(cpu), 2),
        "cpu_ms_per_file_in_all_spread": _spread(cpu, 2),
        "by_station_ms_per_file": {name: round(statistics.median(spent[name]) / files, 2) for name in dict(STATIONS)},
        "by_station_spread": {name: _spread([one / files for one in spent[name]], 2) for name in dict(STATIONS)},
        "once_ms": {name: round(statistics.median(spent[name])) for name in ONCE}
        | {"interpreters that start or end, not sampled": round(statistics.median(unseen))},
        "share_in_sandboxed_processes": _median(one.processes["sandboxed"] / one.processes.total() for one in sampled),
        "samples": [one.stations.total() for one in sampled],
        "runs_repeated": sum(one.repeated for one in sampled),
        "cpu_with_samples_over_without": _median(one.cpu / own for one, own in zip(sampled, plain, strict=True)),
        "hottest_ms_per_file": {
            place: round(_ms(number) / files / len(sampled), 3) for place, number in places.most_common(LISTED)
        },
    }


def _ms(samples: int) -> float:
    return 1000 * samples * sampler.INTERVAL


def _spread(values: list[float], digits: int) -> list[float]:
    return [round(min(values), digits), round(max(values), digits)]


def _median(values: Iterator[float]) -> float:
    return round(statistics.median(values), 3)
