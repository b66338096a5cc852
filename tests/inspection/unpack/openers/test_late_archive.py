"""Archives that begin later."""

from __future__ import annotations

import pytest

from scanner.inspection.selftest.samples import archives
from scanner.inspection.unpack.openers.late_archive import has_late, open_late
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import source_of, told_of

PAYLOAD = b"payload\n" * 9
ARCHIVES = {
    "tar": archives.tar(PAYLOAD),
    "cpio": archives.written(PAYLOAD, "cpio_newc"),
    "lzh": archives.lzh(PAYLOAD),
}


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("before", [b"x" * 512, b"MZ".ljust(51_200, b"\1")], ids=["text", "program"])
def test_its_members_are_handed_on(kind, before):
    assert has_late(source_of(before + ARCHIVES[kind]))
    assert ("payload.com", PAYLOAD) in told_of(open_late, before + ARCHIVES[kind]).members


def test_one_of_each_kind_is_opened():
    told = told_of(open_late, b"x" * 512 + ARCHIVES["tar"] + ARCHIVES["cpio"])
    assert [data for name, data in told.members if name == "payload.com"] == [PAYLOAD] * 2


def test_damage_is_told():
    content = b"x" * 512 + ARCHIVES["tar"][:540]
    assert told_of(open_late, content).gaps[:1] == [Unscannable.CORRUPT]


@pytest.mark.parametrize("content", [b"", b"hello", *ARCHIVES.values(), archives.ar(ARCHIVES["cpio"])])
def test_anything_else_has_none(content):
    assert not has_late(source_of(content))
