"""What lies in a content as rules see it: an anatomy without its bytes. Pure.

Names in it come from strangers. What was not taken out has no type, digest or text that anybody could know.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Gap
from scanner.rulebook.anatomy import Anatomy, Member, Trait
from scanner.rulebook.globs import folded
from scanner.rulebook.kinds import declared_by


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One member. Its texts are folded, but for the place, which people are shown."""

    index: int
    """Its position among all members."""
    place: str
    """Its name, after the names of all it lies in."""
    name: str
    depth: int
    size: int
    mime: str | None
    """None, like all that only its bytes tell, where it could not be taken out."""
    declared_mime: str | None
    sha256: str | None
    traits: frozenset[Trait]
    wrapped: bool
    """It has text that had to be taken out of its bytes."""

    @property
    def at_hand(self) -> bool:
        """Its bytes were taken out."""
        return self.sha256 is not None


@dataclass(frozen=True, slots=True)
class Insides:
    """What lies in a content. All numbers are at least so many; exactly, where it is complete."""

    members: tuple[MemberFacts, ...] = ()
    """The first ones, where some were cut."""
    count: int = 0
    """Of all members, at any depth."""
    depth: int = 0
    unpacked: int = 0
    """Bytes of all members directly inside."""
    traits: frozenset[Trait] = frozenset()
    """Of the content and of everything in it."""
    gap: Gap | None = None
    """Why there may be more."""

    @property
    def cut(self) -> int:
        """Members that are counted and no longer described."""
        return self.count - len(self.members)


def insides_of(anatomy: Anatomy) -> Insides:
    members = tuple(_facts(index, member) for index, member in enumerate(anatomy.members))
    return Insides(members, len(members), anatomy.depth, anatomy.unpacked, anatomy.all_traits, anatomy.gap)


def _facts(index: int, member: Member) -> MemberFacts:
    name = folded(member.name)
    return MemberFacts(
        index=index,
        place=member.place,
        name=name,
        depth=member.depth,
        size=member.size,
        mime=folded(member.mime) or None,
        declared_mime=declared_by(name),
        sha256=member.sha256 or None,
        traits=member.traits,
        wrapped=member.text is not None,
    )
