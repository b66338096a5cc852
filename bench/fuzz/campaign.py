"""Watches the child that runs a target: for how long, whether it hangs or dies, and what it found."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil

from bench.fuzz.child import COUNTER

HANG_CPU = 5.0
HANG_CLOCK = 60.0
"""Seconds that one input may take. By the clock it may take longer on a machine that others use, too."""
POLL = 0.2
START = 120.0
"""Seconds until the first input: imports, seeds."""


@dataclass(slots=True)
class Campaign:
    """Of one target. `keep`: folder for inputs that led to a finding. Ends after `seconds`, or with the child that
    runs when `most` inputs are begun or, where the `first` finding is enough, something is found."""

    target: str
    engine: str
    seconds: float
    keep: Path
    hang_cpu: float = HANG_CPU
    most: int | None = None
    first: bool = False
    executions: int = 0
    findings: list[dict[str, str]] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        begin = time.monotonic()
        number = 0
        while time.monotonic() - begin < self.seconds and not self._enough():
            with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
                self._one_child(Path(folder), number, begin + self.seconds)
                self._collect(Path(folder))
            number += 1
        return {
            "seconds": round(time.monotonic() - begin),
            "executions": self.executions,
            "children": number,
            "findings": self.findings,
        }

    def _enough(self) -> bool:
        return (self.first and bool(self.findings)) or (self.most is not None and self.executions >= self.most)

    def _one_child(self, folder: Path, number: int, until: float) -> None:
        (folder / "count").write_bytes(bytes(COUNTER))
        command = [sys.executable, "-m", "bench.fuzz.child", self.target, self.engine, str(folder), str(number)]
        with (folder / "output").open("wb") as output:
            child = subprocess.Popen(command, stdout=output, stderr=output)
            try:
                fault = self._watch(child, folder / "count", until)
            finally:
                child.kill()
                child.wait()
        self.executions += _count(folder / "count")
        if fault:
            words = (folder / "output").read_bytes()[-2000:].decode("utf-8", "replace")
            self._found(fault.partition(":")[0], fault, folder / "current", words)

    def _watch(self, child: subprocess.Popen[bytes], counter: Path, until: float) -> str:
        """What was wrong in the end; empty where only the time is over."""
        process = psutil.Process(child.pid)
        before, since, cpu = 0, time.monotonic(), 0.0
        while time.monotonic() < until:
            time.sleep(POLL)
            if child.poll() is not None:
                return f"died: status {child.returncode}"
            if self.first and any(counter.parent.glob("*.json")):
                return ""
            count, now, spent = _count(counter), time.monotonic(), sum(process.cpu_times()[:2])
            if self.most is not None and count >= self.most:
                return ""
            if count != before:
                before, since, cpu = count, now, spent
            elif count and (spent - cpu > self.hang_cpu or now - since > HANG_CLOCK):
                return f"hang: {spent - cpu:.1f} s of CPU, {now - since:.1f} s by the clock"
            elif not count and now - since > START:
                return "died: never began"
        return ""

    def _collect(self, folder: Path) -> None:
        for told in sorted(folder.glob("*.json")):
            one = json.loads(told.read_text())
            self._found(one["kind"], one["what"], told.with_suffix(".input"), one["traceback"])

    def _found(self, kind: str, what: str, input_file: Path, words: str) -> None:
        data = input_file.read_bytes() if input_file.exists() else b""
        name = f"{self.target}-{sha256(data).hexdigest()[:12]}"
        if any(what == one["what"] or (kind, name) == (one["kind"], one["input"]) for one in self.findings):
            return
        self.findings.append({"kind": kind, "what": what, "input": name})
        self.keep.mkdir(parents=True, exist_ok=True)
        (self.keep / name).write_bytes(data)
        (self.keep / f"{name}.txt").write_text(f"{what}\n\n{words}")
        print(f"{self.target}: {what} ({name})", file=sys.stderr, flush=True)


def _count(counter: Path) -> int:
    return int.from_bytes(counter.read_bytes()[:COUNTER], "little")
