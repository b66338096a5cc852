"""How much of clamd's own speed the product keeps where contents come from nginx: documents, any files, large ones.

Turn by turn: (a) `clamdscan --fdpass --multiscan` on local disk; (b) the product, from the first event recorded to the
last verdict. Events and all else come from the emulator, behind nginx. The product is then run once more, when nothing
is left to do, and that CPU is its start's: what a file or a MB costs is what came on top.

`signatures` is the same with as many signatures as ClamAV's own, made up, so that clamd takes by far the most.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import corpus, large, machine
from bench.corpora import CLAMD
from bench.made_up import write_made_up
from bench.nginx import Nginx, Served
from bench.product import Product
from bench.throughput import clamdscan
from demo.clamd import PrivateClamd, write_signatures

FILES = 800
FILES_OF_MANY_SIGNATURES = 200
ROUNDS = 2
SIZES_OF_MANY_SIGNATURES = (50, 80)
RATIOS = {"office": 0.85, "raw": 0.85, "large": 0.9}
"""Targets."""
OWN_MS_PER_FILE = 2.0
"""Target for small files."""
OWN_MS_PER_MB = 4.0
"""Target for large ones."""
LOAD_TIMEOUT = 240.0

Write = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of wall clock and of CPU."""

    limit: float
    limit_clamd_cpu: float
    product: float
    start_cpu: float
    """Of a run of the product that finds nothing to do."""
    scanner_cpu: float
    """Of the run with all files, its start included."""
    clamd_cpu: float
    nginx_cpu: float
    emulator_cpu: float

    @property
    def ratio(self) -> float:
        return self.limit / self.product


def run(folder: Path, files: int = FILES, rounds: int = ROUNDS, sizes: tuple[int, ...] = large.SIZES) -> dict[str, Any]:
    corpora: dict[str, Write] = {
        "office": partial(corpus.write_office, count=files),
        "raw": partial(corpus.write_raw, count=files),
        "large": partial(large.write_large, sizes=sizes),
    }
    return _report(folder, corpora, rounds, "a small database")


def signatures(
    folder: Path,
    files: int = FILES_OF_MANY_SIGNATURES,
    rounds: int = ROUNDS,
    sizes: tuple[int, ...] = SIZES_OF_MANY_SIGNATURES,
    hashes: int = 3_000_000,
) -> dict[str, Any]:
    corpora: dict[str, Write] = {
        "office": partial(corpus.write_office, count=files),
        "large": partial(large.write_large, sizes=sizes),
    }
    database = folder / "db"
    database.mkdir(parents=True)
    write_signatures(database)
    counted = write_made_up(database, hashes)
    return {**_report(folder, corpora, rounds, "a database made up", database), "signatures": counted}


def _report(
    folder: Path, corpora: Mapping[str, Write], rounds: int, signatures: str, database: Path | None = None
) -> dict[str, Any]:
    results = {name: _corpus(folder / name, name, write, rounds, database) for name, write in corpora.items()}
    return {
        "what": f"the product with nginx as its source, over clamdscan --fdpass --multiscan, alternating; {signatures}",
        **results,
        "met": all(one["met"] for one in results.values()),
    }


def _corpus(folder: Path, name: str, write: Write, rounds: int, database: Path | None) -> dict[str, Any]:
    local = folder / "corpus"
    local.mkdir(parents=True)
    write(local)
    if database is not None:
        (folder / "clamd").mkdir()
        (folder / "clamd" / "db").symlink_to(database.resolve())
    with PrivateClamd(folder / "clamd", settings=CLAMD, ready_timeout=LOAD_TIMEOUT) as clamd:
        done = [_round(folder / str(number), local, clamd) for number in range(rounds)]
        assert clamd.process is not None
        resident = machine.resident_mib(clamd.process.pid)
    described = corpus.describe(local)
    return {"corpus": described, "clamd_mib": resident, **_figures(name, done, described)}


def _round(folder: Path, local: Path, clamd: PrivateClamd) -> Round:
    assert clamd.process is not None
    clamd_pid = clamd.process.pid
    before = machine.cpu_seconds(clamd_pid)
    limit = clamdscan(clamd, local)
    limit_cpu = machine.cpu_seconds(clamd_pid) - before
    with ExitStack() as stack:
        product = stack.enter_context(Product(folder / "product", clamd.address))
        served = [Served(one["entry_id"], one["checksum"], path) for path, one in product.upload_all(local).items()]
        nginx = stack.enter_context(Nginx(folder / "nginx", product.url, served))
        product.ask_at(nginx.url)
        pids = (clamd_pid, nginx.process.pid, product.emulator.pid)
        spent = [machine.cpu_seconds(pid) for pid in pids]
        _, steady, own = product.run_once(len(served))
        others = [machine.cpu_seconds(pid) - before for pid, before in zip(pids, spent, strict=True)]
        _, start = product.run_to_the_end()
    return Round(limit, limit_cpu, steady, start, own, *others)


def _figures(name: str, done: list[Round], described: dict[str, Any]) -> dict[str, Any]:
    ratios = [one.ratio for one in done]
    files, mb = described["files"], described["bytes"] / large.MB
    own = statistics.median(one.scanner_cpu - one.start_cpu for one in done)
    product = statistics.median(one.product for one in done)
    if name == "large":
        own_target, within = {"target_own_cpu_ms_per_mb": OWN_MS_PER_MB}, 1000 * own / mb <= OWN_MS_PER_MB
    else:
        own_target, within = {"target_own_cpu_ms": OWN_MS_PER_FILE}, 1000 * own / files <= OWN_MS_PER_FILE
    return {
        "rounds": [{key: round(value, 3) for key, value in asdict(one).items()} for one in done],
        "files_per_second": round(files / product, 1),
        "mb_per_second": round(mb / product, 1),
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "target": RATIOS[name],
        "own_cpu_ms_per_file": round(1000 * own / files, 2),
        "own_cpu_ms_per_mb": round(1000 * own / mb, 2),
        **own_target,
        "met": statistics.median(ratios) >= RATIOS[name] and within,
    }
