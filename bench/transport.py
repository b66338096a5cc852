"""How a content best comes to clamd: the same contents to one clamd in every way there is, turn by turn.

By INSTREAM over a Unix socket and over TCP, in which clamd writes a copy of its own before it looks; and by FILDES, a
descriptor of our spool file or of one in memory, which clamd reads in place. Each content is spooled first, as the
service does, and that is in no figure; a copy into memory is, where the spool had none. Two at once, as clamd has two
threads.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench import corpus, large, machine
from bench.corpora import CLAMD
from demo.clamd import PrivateClamd
from scanner.files.local import read_local
from scanner.files.spool import MEMORY_LIMIT, Spool, SpooledContent
from scanner.inspection.clamd_connection import connector
from scanner.inspection.clamd_session import Answer, Connect, scan, scan_descriptor
from scanner.model import Gap
from scanner.sandbox.handing_over import in_memory, read_only
from scanner.settings import SpoolSettings
from tests.clamd import free_port

FILES = 300
ROUNDS = 3
AT_ONCE = 2
TIMEOUT = 120.0
MIB = 1024**2
CORPORA: dict[str, Callable[[Path], None]] = {
    "office": lambda folder: corpus.write_office(folder, FILES),
    "large": partial(large.write_large, sizes=(50, 80, 110, 140)),
}
STREAM, SPOOL_FILE = "INSTREAM, Unix socket", "FILDES, spool file"

Way = Callable[[SpooledContent], Answer]
Spent = dict[str, float]
"""Seconds: `own` and `clamd` of CPU, and `wall`."""


def run(folder: Path, rounds: int = ROUNDS) -> dict[str, Any]:
    results = {name: _corpus(folder / name, write, rounds) for name, write in CORPORA.items()}
    return {
        "what": "CPU of ours and of clamd, and the time of all, for spooled contents by each way to clamd, alternating",
        **results,
        "target": "large contents cost less by the spool file's descriptor than by stream, which is what `auto` does",
        "met": _cpu(results["large"], SPOOL_FILE) < _cpu(results["large"], STREAM),
    }


def _cpu(result: dict[str, Any], way: str) -> float:
    return sum(result["ways"][way]["cpu_ms_per_mib"].values())


def _corpus(folder: Path, write: Callable[[Path], None], rounds: int) -> dict[str, Any]:
    local = folder / "corpus"
    local.mkdir(parents=True)
    write(local)
    port = free_port()
    both = CLAMD | {"TCPSocket": str(port), "TCPAddr": "127.0.0.1"}
    with PrivateClamd(folder / "clamd", settings=both) as clamd, _spooled(local, folder) as contents:
        ways = _ways(clamd.address, port, folder)
        spent = _turns(ways, contents, clamd, rounds)
    size = sum(content.facts.size for content in contents)
    return {
        "corpus": corpus.describe(local),
        "ways": {name: _figures(rows, len(contents), size / MIB) for name, rows in spent.items()},
    }


@contextmanager
def _spooled(local: Path, folder: Path) -> Iterator[list[SpooledContent]]:
    settings = SpoolSettings(dir=folder)
    spool = Spool(settings)
    with ExitStack() as stack:
        contents = []
        for path in sorted(local.iterdir()):
            content = stack.enter_context(read_local(path, spool, max_file=settings.max_file))
            assert not isinstance(content, Gap), f"{path}: {content}"
            contents.append(content)
        yield contents


def _ways(address: str, port: int, folder: Path) -> dict[str, Way]:
    unix, tcp = connector(address), connector(f"tcp:127.0.0.1:{port}")
    return {
        STREAM: partial(_stream, partial(unix, TIMEOUT)),
        "INSTREAM, TCP": partial(_stream, partial(tcp, TIMEOUT)),
        SPOOL_FILE: partial(_spool_file, partial(unix, TIMEOUT), folder),
        "FILDES, memory": partial(_memory, partial(unix, TIMEOUT)),
    }


def _stream(connect: Connect, content: SpooledContent) -> Answer:
    return scan(connect, content.chunks(), TIMEOUT).answer


def _spool_file(connect: Connect, folder: Path, content: SpooledContent) -> Answer:
    """What the spool holds in memory is written to a file for it."""
    with ExitStack() as stack:
        if content.facts.size > MEMORY_LIMIT:
            descriptor = stack.enter_context(content.descriptor())
        else:
            file = stack.enter_context(tempfile.TemporaryFile(buffering=0, dir=folder))
            file.write(b"".join(content.chunks()))
            descriptor = stack.enter_context(read_only(file.fileno()))
        return scan_descriptor(connect, descriptor, TIMEOUT).answer


def _memory(connect: Connect, content: SpooledContent) -> Answer:
    with in_memory(b"".join(content.chunks())) as descriptor:
        return scan_descriptor(connect, descriptor, TIMEOUT).answer


def _turns(
    ways: dict[str, Way], contents: list[SpooledContent], clamd: PrivateClamd, rounds: int
) -> dict[str, list[Spent]]:
    """Each round begins with another way, so that none always comes first."""
    spent: dict[str, list[Spent]] = defaultdict(list)
    names = list(ways)
    for number in range(rounds):
        for name in names[number:] + names[:number]:
            spent[name].append(_spent(ways[name], contents, clamd))
    return {name: spent[name] for name in names}


def _spent(way: Way, contents: list[SpooledContent], clamd: PrivateClamd) -> Spent:
    assert clamd.process is not None
    theirs, own, began = machine.cpu_seconds(clamd.process.pid), time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(way, contents))
    wall, own = time.perf_counter() - began, time.process_time() - own
    if strange := [answer for answer in answers if answer is not None]:
        raise RuntimeError(f"not clean: {strange[0]}")
    return {"own": own, "clamd": machine.cpu_seconds(clamd.process.pid) - theirs, "wall": wall}


def _figures(rows: list[Spent], files: int, mib: float) -> dict[str, Any]:
    half = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    walls = [row["wall"] for row in rows]
    return {
        "cpu_ms_per_file": {name: round(1000 * half[name] / files, 3) for name in ("own", "clamd")},
        "cpu_ms_per_mib": {name: round(1000 * half[name] / mib, 3) for name in ("own", "clamd")},
        "mib_per_second": round(mib / half["wall"], 1),
        "files_per_second": round(files / half["wall"], 1),
        "seconds_spread": [round(min(walls), 2), round(max(walls), 2)],
    }
