"""Finds in the trash what a step of ours put there: by path, kind and size, the newest first (fact sheet 5.9)."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.cloud.port import TrashItem


def newest_of(items: Iterable[TrashItem], kind: str, size: int | None) -> TrashItem | None:
    """`items` are of one path, newest first. A size that neither side knows does not tell them apart."""
    return next((one for one in items if one.kind == kind and (None in (size, one.size) or one.size == size)), None)


def size_of(written: str | None) -> int | None:
    """As a step's record has it."""
    return int(written) if written and written.isdecimal() else None
