"""The vocabulary of a rule's `match`, and of `member` in it: which keys there are. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from scanner.model import Gap, Unscannable
from scanner.rulebook.circumstances import (
    Event,
    FirstVersion,
    Group,
    PublicLink,
    Source,
    Uploaded,
    Uploader,
    UserType,
    VersionNumber,
)
from scanner.rulebook.conditions import (
    Condition,
    DeclaredMime,
    Entropy,
    Extension,
    Folder,
    MemberDepth,
    Mime,
    Mismatch,
    Name,
    OfFamily,
    Path,
    Place,
    Sha256,
    Signature,
    SizeRange,
    any_of,
)
from scanner.rulebook.container_conditions import (
    Container,
    Depth,
    Encrypted,
    Has,
    HasItself,
    Members,
    Ratio,
)
from scanner.rulebook.content_conditions import Text, Yara, YaraTag
from scanner.rulebook.deciding import Part, Tree, Written, conditions, decide, gaps, pending
from scanner.rulebook.insides import Insides
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Question
from scanner.rulebook.values import MOST_VALUES, at_most

__all__ = ["Match", "Member", "MemberMatch", "Written", "answers", "conditions", "decide", "every_condition", "pending"]

MemberParts = Annotated["tuple[MemberMatch, ...]", at_most(MOST_VALUES)]


class MemberMatch(Tree):
    """Conditions on one member, all of which must hold."""

    place: Written[Place] = None
    name: Written[Name] = None
    extension: Written[Extension] = None
    depth: Written[MemberDepth] = None
    mime: Written[Mime] = None
    declared_mime: Written[DeclaredMime] = None
    family: Written[OfFamily] = None
    mismatch: Written[Mismatch] = None
    size: Written[SizeRange] = None
    sha256: Written[Sha256] = None
    has: Written[HasItself] = None
    text: Written[Text] = None
    yara: Written[Yara] = None
    yara_tag: Written[YaraTag] = None
    every: Written[MemberParts] = Field(default=None, alias="all")
    some: Written[MemberParts] = Field(default=None, alias="any")
    no: Written[MemberMatch] = Field(default=None, alias="not")


class Member(Container):
    """Something in it, at any depth, of which all of these hold."""

    root: MemberMatch
    written = "a mapping of conditions on members"

    def holds_of(self, inside: Insides, known: Known) -> bool | None:
        answer = any_of(decide(self.root, one) for one in known.inside())
        complete = inside.gap is None and inside.cut == 0
        return answer if answer or complete else None

    def pending(self, known: Known) -> Iterator[Question]:
        yield from super().pending(known)
        for one in known.inside():
            yield from pending(self.root, one)

    def gaps(self, known: Known) -> Iterator[Gap]:
        yield from super().gaps(known)
        inside = known.told(self.asks[0], Insides)
        if inside is not None and inside.cut:
            yield Gap(Unscannable.LIMITS, f"{inside.cut} of {inside.count} members are not described")
        for one in known.inside():
            yield from gaps(self.root, one)


Parts = Annotated["tuple[Match, ...]", at_most(MOST_VALUES)]


class Match(Tree):
    """Conditions on one version, all of which must hold."""

    path: Written[Path] = None
    folder: Written[Folder] = None
    name: Written[Name] = None
    extension: Written[Extension] = None
    mime: Written[Mime] = None
    declared_mime: Written[DeclaredMime] = None
    family: Written[OfFamily] = None
    mismatch: Written[Mismatch] = None
    size: Written[SizeRange] = None
    sha256: Written[Sha256] = None
    signature: Written[Signature] = None
    entropy: Written[Entropy] = None
    version_number: Written[VersionNumber] = None
    first_version: Written[FirstVersion] = None
    uploader: Written[Uploader] = None
    user_type: Written[UserType] = None
    group: Written[Group] = None
    event: Written[Event] = None
    source: Written[Source] = None
    uploaded: Written[Uploaded] = None
    text: Written[Text] = None
    yara: Written[Yara] = None
    yara_tag: Written[YaraTag] = None
    member: Written[Member] = None
    members: Written[Members] = None
    depth: Written[Depth] = None
    ratio: Written[Ratio] = None
    encrypted: Written[Encrypted] = None
    has: Written[Has] = None
    public_link: Written[PublicLink] = None
    every: Written[Parts] = Field(default=None, alias="all")
    some: Written[Parts] = Field(default=None, alias="any")
    no: Written[Match] = Field(default=None, alias="not")


def every_condition(part: Part) -> Iterator[Condition[Any]]:
    """All conditions in it, those on members too."""
    for condition in conditions(part):
        yield condition
        if isinstance(condition, Member):
            yield from every_condition(condition.root)


def answers(match: Match, known: Known) -> Iterator[tuple[str, bool | None]]:
    """What each key of a rule's `match` comes to, in the order of asking; for showing a rule at work."""
    keys = {id(part): key for key, part in match.by_key.items()}
    for part in match.parts:
        yield keys[id(part)], decide(part, known)
