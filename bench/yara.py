"""What YARA costs beside clamd: CPU of the service and of its sandboxed processes, for 200 strings in 40 rules."""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from bench.machine import cpu_seconds
from scanner.files.spool import Spool, SpooledContent
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import ContentFacts, Gap
from scanner.rulebook.yara_files import YaraFile, YaraFiles
from scanner.settings import SpoolSettings, YaraSettings

ROUNDS = 3
KIB, MIB = 1024, 1024**2
TARGET_MS = 1.8
"""CPU for a file of 76 KiB, which is 15 % of what clamd spends on it."""
SIZES = {"1 KiB": (KIB, 2000), "76 KiB": (76 * KIB, 2000), "1 MiB": (MIB, 300)}
WORDS = (
    *("eval(", "base64_decode", "powershell", "FromBase64String", "WScript.Shell", "cmd.exe /c", "shell_exec"),
    *("VirtualAlloc", "CreateRemoteThread", "document.write", "ActiveXObject", "invoke-", "certutil", "regsvr32"),
    *("bitsadmin", "http://", "passthru", "gzinflate", "str_rot13", "DownloadString"),
)


def run(folder: Path, rounds: int = ROUNDS) -> dict[str, Any]:
    rules = compile_rules(YaraFiles((YaraFile(Path("bench.yar"), "bench", _source()),), (), "bench"), YaraSettings())
    assert len(rules.rules) == 40
    spool = Spool(SpoolSettings.model_validate({"dir": folder}))
    settings = YaraSettings.model_validate({"processes": 1})
    measured: dict[str, Any] = {}
    with closing(YaraScanner(rules, settings)) as scanner:
        done = [_round(scanner, spool, kinds) for kinds in [_kinds()] * rounds]
        measured |= {name: _figures([one[name] for one in done]) for name in done[0]}
        measured["memory_mib_of_a_process"] = _own_memory() / MIB
    costly = max(one["cpu_ms"] for name, one in measured.items() if name.endswith("76 KiB"))
    return {"strings": 200, "rules": 40, "target_cpu_ms_76_kib": TARGET_MS, "met": costly < TARGET_MS, **measured}


def _round(scanner: YaraScanner, spool: Spool, kinds: dict[str, bytes]) -> dict[str, dict[str, float]]:
    return {
        f"{kind}, {name}": _measure(scanner, spool, data, size, times)
        for kind, data in kinds.items()
        for name, (size, times) in SIZES.items()
    }


def _figures(rows: list[dict[str, float]]) -> dict[str, Any]:
    """Medians, and the lowest and highest CPU of all rounds."""
    cpu = [row["cpu_ms"] for row in rows]
    return {
        **{name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]},
        "cpu_ms_spread": [round(min(cpu), 3), round(max(cpu), 3)],
    }


def _source() -> str:
    """Literal, wide, regular and hexadecimal strings in turn; a quarter of the rules for each kind of condition."""
    conditions = ("any of them", "2 of them", "filesize < 5MB and 3 of them", "all of them")
    rules = []
    for number in range(40):
        strings = " ".join(f"$s{one} = {_string(number * 5 + one)}" for one in range(5))
        rules.append(f"rule r{number} {{ strings: {strings} condition: {conditions[number % 4]} }}")
    return "\n".join(rules)


def _string(number: int) -> str:
    word = WORDS[number % len(WORDS)]
    escaped = word.replace(".", r"\.").replace("/", r"\/").replace("(", r"\(")
    hexadecimal = f"{{ {word.encode().hex()} ?? {number:02x} [2-8] {number * 7 % 256:02x} 41 }}"
    return (
        f'"{word}{number}" nocase',
        f'"{word} {number}" ascii wide',
        f"/{escaped}[a-z0-9]{{2,9}}{number}/",
        hexadecimal,
    )[number % 4]


def _kinds() -> dict[str, bytes]:
    documents = (path for path in sorted(Path("/usr/share/doc").rglob("*")) if path.is_file() and not path.is_symlink())
    libraries = sorted(Path("/usr/lib").glob("*-linux-gnu/*.so*"))
    return {
        "text": _joined(documents),
        "libraries": _joined(iter(libraries)),
        "noise": random.Random(1).randbytes(20 * MIB),
    }


def _joined(paths: Iterator[Path]) -> bytes:
    """20 MiB of them."""
    parts: list[bytes] = []
    while sum(map(len, parts)) < 20 * MIB and (path := next(paths, None)) is not None:
        parts.append(path.read_bytes())
    joined = b"".join(parts)
    return (joined * (20 * MIB // len(joined) + 1))[: 20 * MIB]


def _measure(scanner: YaraScanner, spool: Spool, data: bytes, size: int, times: int) -> dict[str, float]:
    contents = [_content(data[start : start + size], spool) for start in range(0, 20 * size, size)]
    scanner.scan(contents[0])
    before, service, began = _cpu(), time.process_time(), time.perf_counter()
    for turn in range(times):
        answer = scanner.scan(contents[turn % len(contents)])
        assert not isinstance(answer, Gap), answer
    took, service, whole = time.perf_counter() - began, time.process_time() - service, _cpu() - before
    for content in contents:
        content.close()
    per_file = {"cpu_ms": whole, "service_cpu_ms": service, "wall_ms": took}
    return {name: seconds / times * 1000 for name, seconds in per_file.items()}


def _content(data: bytes, spool: Spool) -> SpooledContent:
    room = spool.reserve(len(data))
    assert room.write(data) is None
    room.settle()
    facts = ContentFacts(len(data), hashlib.sha256(data).hexdigest(), "", "application/octet-stream")
    return SpooledContent(facts, data[: 64 * KIB], room)


def _cpu() -> float:
    """Of this process, its ended processes, and the one that scans."""
    return cpu_seconds(os.getpid()) + sum(cpu_seconds(child.pid) for child in psutil.Process().children())


def _own_memory() -> int:
    """Bytes of the largest process, without what is mapped from files."""
    memories = [child.memory_info() for child in psutil.Process().children()]
    return max(int(memory.rss - memory.shared) for memory in memories)
