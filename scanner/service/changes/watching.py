"""Whether files below some paths have changed, asked every few seconds.

Asked, not told: notices of the kernel do not come from network file systems, nor when the folder itself is replaced,
and there may be no room for more watches. A stat of each file costs less than the notices save.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

from scanner.errors import Problem
from scanner.rulebook.rule_files import folders_below, shared_beside

LOOK_EVERY = 2.0
"""Seconds from one look to the next."""
LEAST_REST = 50
"""The rest is at least so many times as long as the look: thousands of files must not cost a core."""
SETTLE = 0.3
"""Seconds for which nothing may have changed: files that are still being copied are not read yet."""
MOST_SETTLES = 30
"""Then they are read all the same."""

AGAIN = 60.0
"""Seconds after which what was not settled is tried again, though no file has changed."""

Fingerprint = tuple[tuple[str, ...], ...]


def _settled_always() -> bool:
    return True


async def changes(
    paths: Sequence[Path], stop: asyncio.Event, settled: Callable[[], bool] = _settled_always
) -> AsyncIterator[None]:
    """Once at the beginning, then after each change, until `stop`. A change that comes while the caller is at work is
    seen at the next look. While he is not `settled` with the last one, because the machine may have been too busy for
    it, also without a change, now and then."""
    seen: Fingerprint | None = None
    told = 0.0
    while not stop.is_set():
        began = time.monotonic()
        found = await asyncio.to_thread(fingerprint, paths)
        took = time.monotonic() - began
        if found != seen or (not settled() and time.monotonic() - told > AGAIN):
            seen, told = await _settled(paths, found, stop), time.monotonic()
            yield
        await _rest(max(LOOK_EVERY, LEAST_REST * took), stop)


def fingerprint(paths: Sequence[Path]) -> Fingerprint:
    """Differs when a file has come, gone or changed; also when a link leads elsewhere. Contents are not read."""
    return tuple(_marks(paths))


def stamp_of(paths: Sequence[Path]) -> str:
    """The same, short; empty of nothing."""
    return hashlib.sha256(repr(fingerprint(paths)).encode()).hexdigest() if paths else ""


def _marks(paths: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    problems: list[Problem] = []
    for path in paths:
        yield _mark(path)
        # Beside a file there may be lists of digests that it names.
        folder = path.parent if path.is_file() else path
        for place in (folder, *shared_beside(path)):
            for inner, names in folders_below(place, problems):
                yield from (_mark(Path(inner, name)) for name in sorted(names) if not name.startswith("."))
    yield from ((problem.where, problem.what) for problem in problems)


def _mark(path: Path) -> tuple[str, ...]:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        return str(path), type(error).__name__
    return str(path), f"{found.st_dev}:{found.st_ino}", f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


async def _settled(paths: Sequence[Path], found: Fingerprint, stop: asyncio.Event) -> Fingerprint:
    for _ in range(MOST_SETTLES):
        await _rest(SETTLE, stop)
        again = await asyncio.to_thread(fingerprint, paths)
        if again == found:
            break
        found = again
    return found


async def _rest(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
