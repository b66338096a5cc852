"""Durations, sizes, counts and folders as people write them. A refusal is a sentence and repeats no long value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}
DURATION = r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)"
SIZE = r"([0-9]{1,15})(B|KiB|MiB|GiB|TiB)"
_LONGEST_SHOWN = 40
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and line ends: in a path they can only be a mistake, or somebody's trick."""


def seconds(written: object) -> float:
    """Raises ValueError for anything but 200ms, 5s, 5m, 2h, 1d and the like."""
    match = re.fullmatch(DURATION, written) if isinstance(written, str) else None
    if match is None:
        raise ValueError(f"{shown(written)} is not a duration; write 200ms, 5s, 5m, 2h or 1d")
    return float(match[1]) * SECONDS[match[2]]


def size(written: object) -> int:
    """Bytes. Raises ValueError for anything but 64KiB, 400MiB, 2GiB and the like."""
    match = re.fullmatch(SIZE, written) if isinstance(written, str) else None
    if match is None:
        raise ValueError(f"{shown(written)} is not a size; write 64KiB, 400MiB or 2GiB")
    return int(match[1]) * BYTES[match[2]]


def written_duration(value: float) -> str:
    """The shortest form that `seconds` reads as the same duration."""
    for unit in ("d", "h", "m", "s"):
        if value >= SECONDS[unit] and value % SECONDS[unit] == 0:
            return f"{value / SECONDS[unit]:.0f}{unit}"
    return f"{value * 1000:.9g}ms"


def written_size(value: int) -> str:
    """The shortest form that `size` reads as the same number of bytes."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if value >= BYTES[unit] and value % BYTES[unit] == 0:
            return f"{value // BYTES[unit]}{unit}"
    return f"{value}B"


def at_least(written: str) -> AfterValidator:
    """For a duration; the bound is part of it."""
    bound = seconds(written)
    return _check(lambda value: value >= bound, f"is shorter than {written}")


def at_most(written: str) -> AfterValidator:
    """For a duration; the bound is part of it."""
    bound = seconds(written)
    return _check(lambda value: value <= bound, f"is longer than {written}")


def size_between(lowest: str, highest: str) -> AfterValidator:
    """For a size; both bounds are part of it."""
    low, high = size(lowest), size(highest)
    return _check(lambda value: low <= value <= high, f"must be {lowest} to {highest}")


def _check(fits: Callable[[float], bool], otherwise: str) -> AfterValidator:
    def check(value: float) -> float:
        if not fits(value):
            raise ValueError(otherwise)
        return value

    return AfterValidator(check)


def not_empty(values: tuple[object, ...]) -> tuple[object, ...]:
    """For a list; runs after its items, so that a wrong item is not also reported as a missing one."""
    if not values:
        raise ValueError("must not be empty")
    return values


def shown(value: object) -> str:
    """A value as part of a message, about as it was written."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def inside(path: str, folder: str) -> bool:
    """Is it that folder, or something below it? Egnyte's names differ by more than case (fact sheet 1.4)."""
    path, folder = path.casefold(), folder.casefold()
    return path == folder or path.startswith(folder + "/")


def _whole(written: object) -> object:
    # A bool is an int to Python: `page: yes` would be read as 1.
    if (
        isinstance(written, bool)
        or not isinstance(written, int | str)
        or not re.fullmatch("-?[0-9]{1,18}", str(written))
    ):
        raise ValueError(f"{shown(written)} is not a whole number")
    return int(written)


def _folder(path: str) -> str:
    segments = path.split("/")[1:]
    wrong = not path.startswith("/") or not all(segments) or any(part in (".", "..") for part in segments)
    if wrong or _INVISIBLE.search(path):
        raise ValueError(
            f"{shown(path)} is not a folder; write it from the root without a slash at the end, like /Shared/Projects"
        )
    return path


def _local_path(path: object) -> object:
    if not isinstance(path, str | Path) or not str(path) or _INVISIBLE.search(str(path)):
        raise ValueError(f"{shown(path)} is not a path")
    return path


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    PlainSerializer(written_duration, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{DURATION}$"}),
]
"""Seconds; written 200ms, 5s, 5m, 2h, 1d."""
Size = Annotated[
    int,
    BeforeValidator(size),
    PlainSerializer(written_size, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{SIZE}$"}),
]
"""Bytes; written 64KiB, 400MiB, 2GiB."""
Whole = BeforeValidator(_whole)
"""For a count; stands last, so that the bounds before it reach the JSON schema."""
Folder = Annotated[str, AfterValidator(_folder)]
"""A folder of the domain, from its root."""
LocalPath = Annotated[Path, BeforeValidator(_local_path)]
