"""What clamd does not open is taken apart in the sandbox, and its members are shown to clamd one by one.

Only what was really taken apart loses its gap: no member at all, or one of such a kind with nothing inside it, means
that nobody opened it. Archives that clamd does open are taken apart as well, for members of kinds that it skips; of
kinds that it opens only in part, all members are shown to it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.inspection.apart import TakenApart, TakesApart
from scanner.inspection.engine import Content, Engine, NobodyToAsk
from scanner.inspection.flat import is_flat
from scanner.inspection.kinship import Kinship
from scanner.inspection.passed_over import other_beginning
from scanner.inspection.plain import is_plain
from scanner.inspection.selftest.blind_spots import SpotsInForce
from scanner.inspection.selftest.formats import ARCHIVES, DOCUMENTS, Format, formats_of
from scanner.inspection.unpack.opening import BEHIND
from scanner.model import FileVersion, Finding, Gap, Inspection, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member

MENDABLE = frozenset({Unscannable.FORMAT, Unscannable.BLIND_SPOT})
KNOWN_WELL = frozenset(
    {Format.ZIP_STORED, Format.ZIP_DEFLATED, Format.ZIP_DEFLATE64, Format.ZIP_BZIP2, Format.ZIP_SIZES_BEHIND}
) | {Format.GZIP, Format.OOXML, Format.ODF, Format.ARJ}
"""Kinds that clamd opens whatever they hold, of which Containers knows what it skips, or that it alone opens (ARJ)."""
IN_PART = (ARCHIVES | DOCUMENTS) - KNOWN_WELL
"""Kinds of which clamd opens some and skips others without a word. Seen with 1.4.3: OK for the test file in a 7z packed
by deflate or bzip2, in the second stream of a bzip2, in a tar whose sizes stand in a pax header or in base 256, and in
a zip behind a tag of MP3."""
NEVER_EMPTY = IN_PART - DOCUMENTS - {Format.EML, Format.MBOX, Format.TNEF}
"""Kinds of them in which something lies, or nobody could open them."""
RARS = frozenset({Format.RAR4, Format.RAR5})
"""Whether clamd opens them, the engine that asks it knows by itself."""
UNLOCKED = (ARCHIVES | {Format.OLE, Format.PDF}) - RARS - {Format.SEVEN_ZIP}
"""Kinds of which all that is encrypted comes out as a member, or is a gap, once the passwords were tried."""

NOT_TAKEN_OUT = Gap(Unscannable.FORMAT, "could not be taken out")
LONGEST = 300.0
"""Seconds for all members of one content: ten thousand of them, each looked at alone, could take hours."""
TOOK_TOO_LONG = Gap(Unscannable.SCAN_TIME, f"members were looked at for {LONGEST:g} s")


class Members:
    """Thread-safe. `engines`: who looks at each member, the same that look at the whole, without the rules."""

    def __init__(self, unpacker: TakesApart, engines: Sequence[Engine], spots: SpotsInForce) -> None:
        self._unpacker = unpacker
        self._engines = tuple(engines)
        self._spots = spots

    def mended(
        self, version: FileVersion, inspection: Inspection, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        """The inspection without its gap where that was only that nobody opens such a content, and its members have
        all been looked at; with what was found in them beyond `earlier`, and with the gap that one of them left."""
        if inspection.gap is None and inspection.engine != self._engines[0].name:
            return inspection  # what a clean archive may hide is looked for once
        kinds, flat = formats_of(content, version.name), is_flat(content.head)
        if not self._wanted(inspection, content, version.name, kinds, flat):
            return inspection
        with self._unpacker.unpack(content, version.name) as apart:
            if inspection.gap is not None and not apart.anatomy.members:
                return replace(inspection, gap=_telling(apart.anatomy.gap, inspection.gap))
            whole_unseen = inspection.gap is not None or flat
            looks = list(self._looks(version, apart, whole_unseen, kinds))
            found = dict.fromkeys(finding for look in looks for finding in look.findings)
            left = None if not whole_unseen and _excused(apart.anatomy, kinds) else apart.anatomy.gap
            gap = left or next((look.gap for look in looks if look.gap is not None), None)
        findings = (*inspection.findings, *(finding for finding in found if finding not in earlier))
        versions = dict.fromkeys(one.version for one in (inspection, *looks) if one.version)
        return replace(inspection, version=", ".join(versions), findings=findings, gap=gap)

    def _wanted(
        self, inspection: Inspection, content: Content, name: str, kinds: frozenset[Format], flat: bool
    ) -> bool:
        """Whether to take it apart: for its gap, or for what a clean archive may hide."""
        if inspection.gap is not None:
            return _unopened(inspection, kinds) and self._spots().mendable(content, name)
        return flat or not kinds.isdisjoint(ARCHIVES | DOCUMENTS)

    def _looks(
        self, version: FileVersion, apart: TakenApart, whole_unseen: bool, kinds: frozenset[Format]
    ) -> Iterator[Inspection]:
        """All engines over each member. Unless the whole was not seen, only over those of kinds that clamd does not
        open, over what lies inside them, or may do so, over what lies directly in a kind that it opens in part, and
        over what stands behind the end of one or is passed over for its first bytes."""
        members = apart.anatomy.members
        around = _Around(members, whole_unseen, kinds)
        until = time.monotonic() + LONGEST
        for index in sorted(range(len(members)), key=lambda index: members[index].depth):
            if time.monotonic() > until:
                yield self._gap(TOOK_TOO_LONG, members[index])
            elif members[index].content is not None:
                yield from self._looks_at(version, apart, around, index)
            elif around.may_hide(index):
                yield self._gap(NOT_TAKEN_OUT, members[index])

    def _looks_at(self, version: FileVersion, apart: TakenApart, around: _Around, index: int) -> Iterator[Inspection]:
        """Over one that was taken out."""
        member, shown = apart.anatomy.members[index], around.may_hide(index)
        content = apart.member_content(member)
        flat, astray = is_flat(content.head), other_beginning(content.head) is not None
        certain = not (shown or flat or astray) and is_plain(content, member.name, hollow=member.hollow)
        if certain and not self._spots().too_large(content):
            return
        looks = tuple(self._look(_named(version, member), content, shown or astray))
        inner = formats_of(content, member.name)
        around.learn(index, inner, unseen=flat or any(_unopened(look, inner) for look in looks))
        opened = index in around.opened and self._spots().mendable(content, member.name)
        yield from (_placed(look, member, opened and _unopened(look, inner)) for look in looks)
        if index not in around.opened and inner & NEVER_EMPTY and _lacks_an_opener(apart.anatomy):
            yield self._gap(NOT_TAKEN_OUT, member)

    def _gap(self, gap: Gap, member: Member) -> Inspection:
        return Inspection(self._engines[0].name, "", gap=_placed_gap(gap, member))

    def _look(self, version: FileVersion, content: Content, unseen: bool) -> Iterator[Inspection]:
        """The first engine alone over what clamd has seen in the whole. `unseen`: or may have passed over there."""
        first, *others = self._engines
        look = first.inspect(version, NobodyToAsk(), content)
        yield look
        kinds = formats_of(content, version.name)
        if unseen or _unopened(look, kinds) or kinds & RARS:
            for engine in others:
                yield engine.inspect(version, NobodyToAsk(), content)


class _Around:
    """Whether clamd, that was shown the whole, has seen a member there; asked from the outside inwards."""

    def __init__(self, members: Sequence[Member], whole_unseen: bool, kinds: frozenset[Format]) -> None:
        self._members = members
        self._whole_unseen = whole_unseen
        self._whole_in_part = bool(kinds & IN_PART)
        self._kinship = Kinship(members)
        # Groups of members that may be each other's.
        self._unseen: set[int] = set()
        self._in_part: set[int] = set()

    @property
    def opened(self) -> frozenset[int]:
        """Members that certainly have a member."""
        return self._kinship.opened

    def may_hide(self, index: int) -> bool:
        if self._is_unseen(index):
            return True
        parents = self._kinship.parents[index]
        return self._whole_in_part if self._members[index].depth == 1 else not self._in_part.isdisjoint(parents)

    def learn(self, index: int, kinds: frozenset[Format], *, unseen: bool) -> None:
        """Of one that was looked at: its kinds, and whether what lies in it is not seen from there."""
        group = self._kinship.group[index]
        if unseen or self._is_unseen(index):
            self._unseen.add(group)
        if kinds & IN_PART:
            self._in_part.add(group)

    def _is_unseen(self, index: int) -> bool:
        """It, and so what lies in it. A place that was cut tells no parent."""
        member, parents = self._members[index], self._kinship.parents[index]
        orphan = member.depth > 1 and not parents
        return self._whole_unseen or orphan or member.name == BEHIND or not self._unseen.isdisjoint(parents)


def _named(version: FileVersion, member: Member) -> FileVersion:
    """As engines are asked about a member: some kinds are known by their name."""
    return replace(version, path=f"{version.path}/{member.name}")


def _excused(anatomy: Anatomy, kinds: frozenset[Format]) -> bool:
    """Whether the gap of what was taken apart is none where clamd has seen the whole: it opens kinds that the unpacker
    does not."""
    return _lacks_an_opener(anatomy) and not (not anatomy.members and kinds & NEVER_EMPTY)


def _lacks_an_opener(anatomy: Anatomy) -> bool:
    return anatomy.gap is not None and anatomy.gap.reason is Unscannable.FORMAT


def _unopened(look: Inspection, kinds: frozenset[Format]) -> bool:
    """Whether what lies inside may be looked at instead of the whole. Of what is encrypted only where a password that
    is known opens all of it: the gap of what was taken apart tells."""
    if look.gap is None:
        return False
    return look.gap.reason in MENDABLE or (look.gap.reason is Unscannable.ENCRYPTED and bool(kinds & UNLOCKED))


def _placed(look: Inspection, member: Member, mended: bool) -> Inspection:
    """What an engine said of a member, as said of the whole. A member that was opened has members to speak for it."""
    findings = tuple(replace(finding, place=_place(member, finding)) for finding in look.findings)
    gap = look.gap
    if gap is not None:
        gap = None if mended else _placed_gap(gap, member)
    return replace(look, findings=findings, gap=gap)


def _placed_gap(gap: Gap, member: Member) -> Gap:
    return Gap(gap.reason, f"{member.place[:200]}: {gap.detail}")


def _place(member: Member, finding: Finding) -> str:
    return f"{member.place}, {finding.place}" if finding.place else member.place


def _telling(apart: Gap | None, whole: Gap) -> Gap:
    """That it is encrypted, say, tells more than that nobody opens its kind."""
    return whole if apart is None or apart.reason is Unscannable.FORMAT else apart
