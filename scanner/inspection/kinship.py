"""Which member lies in which, by their places. Names are a stranger's: they may be the same, or look like a place.

Where more than one could be the parent, all of them are; and none of them counts as opened by that child.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.rulebook.anatomy import Member

BETWEEN = "!"
"""Between the names in a place."""


class Kinship:
    """Members are named by their position in the sequence."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._at: dict[tuple[int, str], list[int]] = {}
        for index, member in enumerate(members):
            self._at.setdefault((member.depth, member.place), []).append(index)
        self.parents = tuple(tuple(self._possible_parents(member)) for member in members)
        """Those that may be directly around each member; none for what is directly in the content."""
        self.opened = frozenset(parents[0] for parents in self.parents if len(parents) == 1)
        """Those that certainly have a member."""

    def _possible_parents(self, member: Member) -> Iterator[int]:
        for cut, letter in enumerate(member.place):
            if letter == BETWEEN:
                yield from self._at.get((member.depth - 1, member.place[:cut]), ())
