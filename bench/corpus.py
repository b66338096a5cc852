"""A corpus made of the machine's own files: the same files for the same machine, so that runs can be compared.

Small files of every kind that an office domain holds in some form: texts, pages, pictures, archives, libraries, scripts.
"""

from __future__ import annotations

import os
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOTS = ("/usr/share", "/usr/lib/python3", "/usr/lib/x86_64-linux-gnu", "/usr/bin", "/etc/ssl")
SMALLEST, LARGEST = 2_000, 300_000
TARGET_MEDIAN = 30_000
SEED = 20261124


def small_files(count: int) -> list[Path]:
    """`count` files with a median near 30 KB, chosen by a fixed seed, no more than a fifth of one suffix."""
    chosen: list[Path] = []
    per_suffix: dict[str, int] = {}
    candidates = sorted(_candidates())
    random.Random(SEED).shuffle(candidates)
    below, above = 0, 0
    for size, path in candidates:
        if per_suffix.get(path.suffix, 0) >= count // 5:
            continue
        if size < TARGET_MEDIAN:
            if below >= count // 2:
                continue
            below += 1
        else:
            if above >= count - count // 2:
                continue
            above += 1
        per_suffix[path.suffix] = per_suffix.get(path.suffix, 0) + 1
        chosen.append(path)
        if len(chosen) == count:
            return chosen
    raise RuntimeError(f"only {len(chosen)} of {count} suitable files on this machine")


def describe(files: list[Path]) -> dict[str, object]:
    sizes = [path.stat().st_size for path in files]
    return {"files": len(files), "bytes": sum(sizes), "median_bytes": statistics.median(sizes)}


def _candidates() -> Iterator[tuple[int, Path]]:
    for root in ROOTS:
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in names:
                path = Path(folder, name)
                if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
                    continue
                size = path.stat().st_size
                if SMALLEST <= size <= LARGEST:
                    yield size, path
