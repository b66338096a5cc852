"""What a sample is to the unpacker in its sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Gap
from scanner.rulebook.anatomy import Trait


@dataclass(frozen=True, slots=True)
class Inside:
    mime: str
    traits: set[Trait]
    members: dict[str, bytes]
    text: str
    gap: Gap | None


def inside(unpacker: Unpacker, sample: bytes) -> Inside:
    content = memory_content(sample, mime_of)
    with unpacker.unpack(content) as unpacked:
        anatomy = unpacked.anatomy
        members = {one.place: unpacked.member_content(one).read_at(0, 2**20) for one in anatomy.members if one.content}
        text = "" if anatomy.text is None else unpacked.text_content(anatomy.text).read_at(0, 2**20).decode()
        return Inside(content.facts.mime, set(anatomy.all_traits), members, text, anatomy.gap)
