"""Containers that nobody here opens are told."""

import pytest

from scanner.inspection.selftest.samples.archives import arj, written
from scanner.inspection.unpack.openers.archive import open_archive
from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.openers.unopened import is_unopened, open_nothing
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, source_of, told_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (arj(b"x"), "ARJ"),
        (bytes(7) + b"**ACE**" + bytes(20), "ACE"),
        (b"SIT!" + bytes(6) + b"rLau", "StuffIt"),
        (b"\x50\x2a\x4d\x18" + bytes(20), "zstd or lz4 behind a frame of its own"),
        (b"hsqs" + bytes(100), "squashfs, cramfs or romfs"),
        (b"!BDN" + bytes(100), "a store of mails"),
        (b"ITSF\x03\0\0\0" + bytes(100), "compiled help (CHM)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_kind_without_an_opener_is_no_kind_without_members(content, kind):
    assert told_of(open_nothing, content) == Record(
        gaps=[Unscannable.FORMAT], details=[f"{kind}: nothing here opens it"]
    )
    assert is_unopened(source_of(content))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"SIT!", b"\x60\xea" + b"x" * 20])
def test_anything_else_is_none_of_them(content):
    assert not is_unopened(source_of(content))


def test_a_file_system_of_another_kind_beside_the_one_that_is_opened_is_told():
    content = bytearray(written(b"hello", "iso9660"))
    assert not is_unopened(source_of(bytes(content)))
    content[38_912:38_919] = b"\x00NSR02\x01"
    assert told_of(open_nothing, bytes(content)).gaps == [Unscannable.FORMAT]
    assert {open_archive, open_nothing} <= set(openers_for(source_of(bytes(content))))
