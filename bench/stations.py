"""Which part of the product a stack belongs to, as `faulthandler` writes stacks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

OPENERS = "inspection/unpack/openers/"
STATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("feed", ("events/",)),
    ("hashes and type", ("files/digest", "files/kind")),
    ("download", ("cloud/", "files/")),
    ("clamd", ("inspection/clamd",)),
    ("YARA", ("inspection/yara/",)),
    (
        "text",
        (
            *(f"{OPENERS}{one}" for one in ("part_text", "markup", "text", "rtf")),
            *(f"inspection/{one}" for one in ("text_search", "sieve", "coded_text", "plain", "within")),
        ),
    ),
    ("taking apart", ("inspection/unpack/", "sandbox/", "inspection/apart", "inspection/members")),
    ("rules", ("rulebook/", "inspection/")),
    ("judge", ("judge/",)),
    ("ledger", ("ledger/",)),
    ("flow", ("pipeline/", "service/", "remediation/", "notify/", "health", "web")),
    ("log and metrics", ("logs", "metrics/", "tracing")),
    ("loop", ("cli/", "__main__")),
)
"""By where a module lies below scanner/; the first that fits."""
START, SELF_TEST, LOOP = "start", "self-test", "loop"
STARTING = ("rulebook/load", "inspection/yara/compil", "ledger/migrations", "ledger/schema", "settings/")
EXAMINING = ("inspection/selftest/examin", "inspection/selftest/samples", "service/engines/selftest")
"""What else is in that room looks at every content."""
ONCE = (START, SELF_TEST)
"""Once for a run, not for each version."""
SHARED = ("document", "model", "errors", "reasons")
"""Whatever calls them is meant."""
OUTSIDE = {"/structlog/": "log and metrics", "/prometheus_client/": "log and metrics"}
_FRAME = re.compile(r'  File "([^"]*)", line (\d+) in (.*)')

Stack = list[tuple[str, str]]
"""File and function, innermost first."""


def stacks(written: str) -> Iterator[Stack]:
    """All whole samples of one process; the last may have been cut off with it."""
    for sample in written.split("Stack (most recent call first):\n")[1:]:
        if frames := [(match[1], match[3]) for match in _FRAME.finditer(sample)]:
            yield frames


def station_of(stack: Stack) -> str:
    """One of those above, `start`, or `self-test`; `loop` where nothing of ours is on the stack."""
    if any("importlib._bootstrap" in file for file, _ in stack):
        return START
    ours = [file.rpartition("/scanner/")[2] for file, _ in stack if "/scanner/" in file]
    if any(one.startswith(EXAMINING) for one in ours):
        return SELF_TEST
    if any(one.startswith(STARTING) for one in ours):
        return START
    for file, _ in stack:
        if found := _outside(file) or _inside(file):
            return found
    return LOOP


def place_of(stack: Stack) -> str:
    """Our own function on top of the stack, to be found by."""
    ours = ((file.rpartition("/scanner/")[2], function) for file, function in stack if "/scanner/" in file)
    return next((f"scanner/{file}: {function}" for file, function in ours), "none of ours")


def _outside(file: str) -> str | None:
    return next((station for part, station in OUTSIDE.items() if part in file), None)


def _inside(file: str) -> str | None:
    _, ours, below = file.rpartition("/scanner/")
    if not ours or below.startswith(SHARED):
        return None
    return next((station for station, beginnings in STATIONS if below.startswith(beginnings)), None)
