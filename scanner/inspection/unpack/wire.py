"""The sandbox's answer as JSON values and back. Hostile: a process that a content has taken over may say anything, and
is believed only within what was asked for and can be checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from scanner.inspection.unpack.taking_apart import LONGEST_NAME, LONGEST_PLACE, MOST_NAMES, Bounds
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member, Span, Trait

LONGEST_MIME = 255
LARGEST = 1 << 62
SHA256 = re.compile(r"(?:[0-9a-f]{64})?")


class NoAnatomy(ValueError):
    """An answer that cannot be true."""


def to_wire(anatomy: Anatomy) -> dict[str, object]:
    return {
        "members": [_member_to_wire(member) for member in anatomy.members],
        "traits": sorted(anatomy.traits),
        "text": _span_to_wire(anatomy.text),
        "gap": _gap_to_wire(anatomy.gap),
        "text_gap": _gap_to_wire(anatomy.text_gap),
    }


def from_wire(answer: dict[str, object], bounds: Bounds, members: int, texts: int) -> Anatomy:
    """`members`, `texts`: bytes of the files that spans point into. Raises NoAnatomy."""
    try:
        told = cast("list[list[object]]", answer["members"])
        if len(told) > bounds.members:
            raise NoAnatomy(f"{len(told)} members")
        anatomy = Anatomy(
            tuple(_member(each, members, texts) for each in told),
            _traits(answer["traits"]),
            _span(answer["text"], texts),
            _gap(answer["gap"]),
            _gap(answer["text_gap"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnatomy(f"{type(error).__name__}: {error}"[:200]) from error
    _check_order(anatomy.members, bounds.depth)
    return anatomy


def _member_to_wire(member: Member) -> list[object]:
    traits = sorted(member.traits)
    spans = _span_to_wire(member.content), _span_to_wire(member.text)
    of_itself = (member.place, member.name, member.depth, member.size, member.mime, member.sha256)
    return [*of_itself, traits, *spans, member.hollow]


def _member(told: list[object], members: int, texts: int) -> Member:
    place, name, depth, size, mime, sha256, traits, content, text, hollow = told
    member = Member(
        _text(place, LONGEST_PLACE),
        _text(name, LONGEST_NAME),
        _number(depth),
        _number(size),
        _text(mime, LONGEST_MIME),
        _text(sha256, 64),
        _traits(traits),
        _span(content, members),
        _span(text, texts),
        _truth(hollow),
    )
    if member.content is not None and member.content.length != member.size:
        raise NoAnatomy("a size that is not that of the bytes")
    if not SHA256.fullmatch(member.sha256) or (member.content is None) is not (member.sha256 == ""):
        raise NoAnatomy("a hash without bytes, or bytes without one")
    return member


def _check_order(members: Sequence[Member], deepest: int) -> None:
    before = 0
    for member in members:
        if not 1 <= member.depth <= min(before + 1, deepest):
            raise NoAnatomy(f"depth {member.depth} behind {before}")
        before = member.depth
    if sum(len(member.place) for member in members) > MOST_NAMES:
        raise NoAnatomy("too many names")


def _span_to_wire(span: Span | None) -> list[int] | None:
    return None if span is None else [span.offset, span.length]


def _span(told: object, size: int) -> Span | None:
    if told is None:
        return None
    offset, length = cast("list[object]", told)
    span = Span(_number(offset), _number(length))
    if span.offset + span.length > size:
        raise NoAnatomy("a stretch beyond the end")
    return span


def _gap_to_wire(gap: Gap | None) -> list[object] | None:
    return None if gap is None else [gap.reason.value, gap.detail, gap.transient]


def _gap(told: object) -> Gap | None:
    if told is None:
        return None
    reason, detail, transient = cast("list[object]", told)
    word = _text(reason, LONGEST_NAME)
    return Gap(Unchecked(word) if transient is True else Unscannable(word), _text(detail, 2 * LONGEST_NAME))


def _traits(told: object) -> frozenset[Trait]:
    return frozenset(Trait(_text(each, LONGEST_NAME)) for each in cast("list[object]", told))


def _number(told: object) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told <= LARGEST:
        raise NoAnatomy("not a number")
    return told


def _truth(told: object) -> bool:
    if not isinstance(told, bool):
        raise NoAnatomy("neither true nor false")
    return told


def _text(told: object, longest: int) -> str:
    if not isinstance(told, str) or len(told) > longest:
        raise NoAnatomy("not a text of that length")
    told.encode()  # halves of characters cannot be written anywhere
    return told
