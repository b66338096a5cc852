"""How much of clamd's own speed the whole product keeps: the same files, the same clamd, turn by turn.

(a) `clamdscan --fdpass --multiscan` on local disk: nothing but clamd. (b) the product: events, downloads from the
emulator, hashes, type, clamd by INSTREAM, rules, verdicts in the ledger. The emulator shares the two cores with (b).
"""

from __future__ import annotations

import statistics
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.corpora import each_corpus
from bench.product import Product
from demo.clamd import PrivateClamd

FILES = 800
ROUNDS = 3
TARGET = 0.6


@dataclass(frozen=True, slots=True)
class Round:
    limit_files_per_second: float
    product_files_per_second: float
    product_whole_run_files_per_second: float
    """From the start of the process, Python's own start included, to its end."""
    cpu_ms_per_file: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.product_files_per_second / self.limit_files_per_second


def run(folder: Path, files: int = FILES, rounds: int = ROUNDS) -> dict[str, Any]:
    def measure(folder: Path, local: Path, clamd: PrivateClamd) -> dict[str, Any]:
        return _figures([_round(folder / str(number), local, files, clamd) for number in range(rounds)])

    what = "files/s of the whole product over files/s of clamdscan --fdpass --multiscan, alternating"
    return {"what": what, **each_corpus(folder, files, measure)}


def _figures(done: list[Round]) -> dict[str, Any]:
    ratios = [one.ratio for one in done]
    return {
        "rounds": [asdict(one) | {"ratio": round(one.ratio, 3)} for one in done],
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "target": TARGET,
        "met": statistics.median(ratios) >= TARGET,
    }


def _round(folder: Path, local: Path, files: int, clamd: PrivateClamd) -> Round:
    limit = files / clamdscan(clamd, local)
    product = Product(folder, clamd.address)
    with product:
        product.upload_all(local)
        assert clamd.process is not None
        clamd_before = machine.cpu_seconds(clamd.process.pid)
        emulator_before = machine.cpu_seconds(product.emulator.pid)
        whole, steady, own = product.run_once(files)
        clamd_cpu = machine.cpu_seconds(clamd.process.pid) - clamd_before
        emulator_cpu = machine.cpu_seconds(product.emulator.pid) - emulator_before
    cpu = {"clamd": clamd_cpu, "scanner": own, "emulator": emulator_cpu}
    return Round(
        round(limit, 1),
        round(files / steady, 1),
        round(files / whole, 1),
        {name: round(1000 * seconds / files, 2) for name, seconds in cpu.items()},
    )


def clamdscan(clamd: PrivateClamd, local: Path) -> float:
    """Seconds for all files of a folder, by clamd alone."""
    command = ["clamdscan", "--fdpass", "--multiscan", "--quiet", f"--config-file={clamd.config}", str(local)]
    started = time.perf_counter()
    answer = subprocess.run(command, check=False, capture_output=True)
    if answer.returncode not in (0, 1):
        raise RuntimeError(f"clamdscan failed: {answer.stderr.decode()}")
    return time.perf_counter() - started
