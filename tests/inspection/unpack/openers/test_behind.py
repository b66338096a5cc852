"""Archives behind pictures."""

from __future__ import annotations

import pytest

from demo.samples import png
from scanner.inspection.selftest.samples import rars
from scanner.inspection.selftest.samples.archives import tar, written
from scanner.inspection.unpack.openers.behind import PIECE, has_archive_behind, open_behind
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import source_of, told_of

PAYLOAD = b"payload\n" * 9
ARCHIVES = {"rar 4": rars.rar4(PAYLOAD), "rar 5": rars.rar5(PAYLOAD), "7z": written(PAYLOAD, "7zip")}


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("between", [0, 100_000, PIECE - len(png()) - 3], ids=["at once", "later", "over two pieces"])
def test_its_members_are_handed_on(kind, between):
    content = png() + bytes(between) + ARCHIVES[kind]

    assert has_archive_behind(source_of(content))
    assert dict(told_of(open_behind, content).members)["payload.com"] == PAYLOAD


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("before", [b"hello\n", b"%PDF-1.4\n" * 999], ids=["text", "PDF"])
def test_behind_anything_else_its_header_is_enough(kind, before):
    assert dict(told_of(open_behind, before + ARCHIVES[kind]).members)["payload.com"] == PAYLOAD


@pytest.mark.parametrize(
    "content",
    [png(), png() + b"Rar!\x1a\x08", b"hello" + ARCHIVES["rar 5"][:9], tar(ARCHIVES["rar 5"]), ARCHIVES["7z"], b""],
)
def test_anything_else_has_none(content):
    assert not has_archive_behind(source_of(content))


@pytest.mark.parametrize("mark", [b"Rar!\x1a\x07\x01\x00", b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c\x00\x04"])
def test_an_archive_that_cannot_be_read_is_told(mark):
    assert told_of(open_behind, png() + mark + b"\xff" * 50).gaps[:1] == [Unscannable.CORRUPT]
