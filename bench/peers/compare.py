"""What else somebody could put before the same clamd: how fast, at what cost, and what it tells of hidden files.

All look at the same local files, turn by turn. `scanner scan` is the product without a platform: the same engines and
rules, each file to the end; the service's own figure, with events, downloads and ledger, is the throughput bench's.
"""

from __future__ import annotations

import contextlib
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import corpus, machine
from bench.corpora import CLAMD
from demo.clamd import PrivateClamd
from demo.samples import eicar
from demo.stage import REPOSITORY
from scanner.inspection.selftest.samples import SAMPLES
from tests.clamd import free_port

FILES = 800
ROUNDS = 3
TOLD = {"flagged": "found", "infected": "found", "unscannable": "refused", "unchecked": "refused", "clean": "ok"}


@dataclass(frozen=True, slots=True)
class Peer:
    """One way of asking clamd about a folder."""

    name: str
    command: Callable[[Path, PrivateClamd], list[str]]
    read: Callable[[str], dict[str, str]]
    """From what it prints to found, ok, refused or error by file name."""
    names_all: bool = True
    """False where it names only what is not OK."""


@dataclass(frozen=True, slots=True)
class Look:
    seconds: float
    cpu_seconds: float
    clamd_seconds: float
    peak_mib: float
    told: dict[str, str]


def run(folder: Path, files: int = FILES, rounds: int = ROUNDS) -> dict[str, Any]:
    documents, hidden = folder / "documents", folder / "hidden"
    documents.mkdir()
    corpus.write_office(documents, files)
    write_hidden(hidden)
    settings = {**CLAMD, "TCPSocket": str(port := free_port()), "TCPAddr": "127.0.0.1"}
    with PrivateClamd(folder / "clamd", settings=settings) as clamd:
        peers = peers_at(folder, port)
        looks: dict[str, list[Look]] = {peer.name: [] for peer in peers}
        for _ in range(rounds):
            for peer in peers:
                looks[peer.name].append(look(peer, documents, clamd))
        of_hidden = {peer.name: dict(Counter(look(peer, hidden, clamd).told.values())) for peer in peers}
    return {
        "what": "the same documents and the same clamd, turn by turn; then known-bad files hidden in containers",
        "documents": {"corpus": corpus_of(documents), **{name: figures(done, files) for name, done in looks.items()}},
        "hidden": {"files": len(SAMPLES), **of_hidden},
        "met": True,
    }


def write_hidden(folder: Path) -> None:
    """One file for each sample of the self-test."""
    folder.mkdir()
    for number, sample in enumerate(SAMPLES):
        (folder / f"{number:02}.bin").write_bytes(sample.build(eicar()))


def corpus_of(folder: Path) -> dict[str, Any]:
    return dict(corpus.describe(folder))


def peers_at(folder: Path, port: int) -> list[Peer]:
    own = folder / "scanner.yaml"

    def scan(local: Path, clamd: PrivateClamd) -> list[str]:
        token = folder / "token"
        token.write_text("asked-for-nothing")
        domain = {"name": "none", "host": "none.egnyte.com", "token_file": str(token)}
        rules = {"paths": [str(REPOSITORY / "rules")]}
        own.write_text(json.dumps({"domains": [domain], "clamav": {"address": clamd.address}, "rules": rules}))
        return [sys.executable, "-m", "scanner", "scan", str(local), "--config", str(own), "--json"]

    return [
        Peer(
            "clamdscan --fdpass --multiscan",
            partial_clamdscan("--fdpass", "--multiscan"),
            _of_clamdscan,
            names_all=False,
        ),
        Peer("clamdscan --stream", partial_clamdscan("--stream"), _of_clamdscan, names_all=False),
        Peer("pyClamd, one after the other", _python("pyclamd_loop", lambda one: str(one.socket_path)), _of_lines),
        Peer("aioclamd, eight at once", _python("aioclamd_loop", lambda _: str(port)), _of_lines),
        Peer("scanner scan", scan, _of_scanner),
    ]


def partial_clamdscan(*options: str) -> Callable[[Path, PrivateClamd], list[str]]:
    def command(local: Path, clamd: PrivateClamd) -> list[str]:
        return ["clamdscan", *options, "--no-summary", f"--config-file={clamd.config}", str(local)]

    return command


def _python(module: str, where: Callable[[PrivateClamd], str]) -> Callable[[Path, PrivateClamd], list[str]]:
    def command(local: Path, clamd: PrivateClamd) -> list[str]:
        return [sys.executable, "-m", f"bench.peers.{module}", str(local), where(clamd)]

    return command


def look(peer: Peer, local: Path, clamd: PrivateClamd) -> Look:
    """Raises RuntimeError where it does not answer for every file."""
    assert clamd.process is not None
    clamd_before = machine.cpu_seconds(clamd.process.pid)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(peer.command(local, clamd), stdout=subprocess.PIPE, cwd=REPOSITORY, text=True)
    with peak_of(process) as peaks:
        said, _ = process.communicate()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    names = {path.name for path in local.iterdir()}
    told = ({} if peer.names_all else dict.fromkeys(names, "ok")) | peer.read(said)
    if told.keys() != names:
        raise RuntimeError(f"{peer.name} told of {len(told)} files: {said[-500:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    clamd_seconds = machine.cpu_seconds(clamd.process.pid) - clamd_before
    return Look(seconds, cpu, clamd_seconds, max(peaks, default=0) / 1024, told)


@contextlib.contextmanager
def peak_of(process: subprocess.Popen[str]) -> Iterator[list[int]]:
    """KiB of memory at most, as last seen: getrusage would count what this process had when it began the other."""
    peaks, ended = list[int](), threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                peaks.extend(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peaks
    finally:
        ended.set()
        watching.join()


def figures(looks: list[Look], files: int) -> dict[str, Any]:
    rates = [files / one.seconds for one in looks]
    return {
        "files_per_second": round(statistics.median(rates), 1),
        "files_per_second_spread": [round(min(rates), 1), round(max(rates), 1)],
        "own_cpu_ms_per_file": round(statistics.median(1000 * one.cpu_seconds / files for one in looks), 2),
        "clamd_cpu_ms_per_file": round(statistics.median(1000 * one.clamd_seconds / files for one in looks), 2),
        "peak_mib": round(max(one.peak_mib for one in looks), 1),
        "told": dict(Counter(looks[-1].told.values())),
    }


def _of_clamdscan(said: str) -> dict[str, str]:
    lines = (line.rpartition(": ") for line in said.splitlines() if line.startswith("/"))
    return {
        Path(path).name: "found" if answer.endswith("FOUND") else "error" for path, _, answer in lines if answer != "OK"
    }


def _of_lines(said: str) -> dict[str, str]:
    return dict(json.loads(line) for line in said.splitlines())


def _of_scanner(said: str) -> dict[str, str]:
    told = [json.loads(line) for line in said.splitlines()]
    return {Path(one["path"]).name: TOLD[one["kind"]] for one in told}
