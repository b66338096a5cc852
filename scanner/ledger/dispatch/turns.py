"""Whose turn it is, where several domains wait for the same workers: by lane, then for the domain that has least in
work, then by age. So a domain with a long backlog does not hold up another's first upload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Head = tuple[int, int]
"""Rank and id of a ticket that is due; lower goes first."""


class Turn(NamedTuple):
    """Sorts by what comes first."""

    rank: int
    share: int
    """How many of its domain are in work, or have their turn, before it."""
    id: int
    entrypoint: str


def room(limit: int, running: int, total: int) -> int:
    """How many more of a domain may be taken, where `total` may be taken of all."""
    return max(0, min(total, limit - running))


def in_turn(due: Mapping[str, Sequence[Head]], running: Mapping[str, int]) -> list[Turn]:
    """`due`: for each domain as many of its tickets as there is room for, best first. `running`: how many are in work
    now, wherever that is."""
    return sorted(
        Turn(rank, share, one, name)
        for name, heads in due.items()
        for share, (rank, one) in enumerate(heads, start=running.get(name, 0))
    )
