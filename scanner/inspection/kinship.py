"""Which member lies in which, by their places. Names are a stranger's: they may be the same, or look like a place.

Where more than one could be the parent, all of them are; and none of them counts as opened by that child.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scanner.rulebook.anatomy import Member

BETWEEN = "!"
"""Between the names in a place."""


class Kinship:
    """Members are named by their position in the sequence. Those of one depth and place, which nobody can tell apart,
    are one group, named by its first: to name each of thousands for each of thousands would take gigabytes."""

    def __init__(self, members: Sequence[Member]) -> None:
        first: dict[tuple[int, str], int] = {}
        self.group = tuple(first.setdefault((one.depth, one.place), index) for index, one in enumerate(members))
        """Of each member."""
        same: dict[tuple[int, ...], tuple[int, ...]] = {}
        found = (tuple(_possible_parents(member, first)) for member in members)
        self.parents = tuple(same.setdefault(groups, groups) for groups in found)
        """Groups that may be directly around each member; none for what is directly in the content."""
        sizes = Counter(self.group)
        certain = {groups[0] for groups in self.parents if len(groups) == 1}
        self.opened = frozenset(group for group in certain if sizes[group] == 1)
        """Members that certainly have a member."""


def _possible_parents(member: Member, first: Mapping[tuple[int, str], int]) -> Iterator[int]:
    for cut, letter in enumerate(member.place):
        group = first.get((member.depth - 1, member.place[:cut])) if letter == BETWEEN else None
        if group is not None:
            yield group
