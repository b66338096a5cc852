"""One look that tells most contents from containers."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.plain import LARGEST, is_plain
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.formats import BY_TYPE, formats_of
from scanner.inspection.selftest.samples import archives
from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.opening import Source
from scanner.model import EntryId, FileVersion, GroupId

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/x", "create")
HEAD = b"MZ" + b"-" * 255
MARKS = [
    b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"LZIP\x01", b"\x1f\x9d\x90", b"ustar\x00",
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"MSCF\x00\x00\x00\x00", b"..-lh5-", b"070701", b"CD001", b"xar!",
    b"!<arch>\n", b"WARC/1.0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7", b"%PDF-x", b"\nstartxref\n7",
    b"{\\rtf1", b"\0\n {\\rt", b"L\0\0\0\x01\x14\x02" + bytes(5) + b"\xc0" + bytes(6) + b"F", b"From a b 10:11 x\n",
    b"\x78\x9f\x3e\x22", b"!BDN", b"\x1a\0\0\4\0\0", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"From: a\nSubject: b\n",
    b"\nMIME-Version: 1.0\nContent-Type: multipart/related;\n", b"0\x80\x06\t*\x86H\x86\xf7\r\x01\x07\x02",
    b"QFI\xfb", b"RE~^\x07\x00\x00", b"\x01" + struct.pack("<IQ3B", 1 << 16, 9, 0, 1, 1),
    b"x" * 512 + archives.tar(b""),
    b"x" + archives.written(b"", "cpio_newc"), b"#!/bin/sh\nzcat $0\n\x1f\x8b\x08" + bytes(6) + b"\3",
    b"base64 -d <<EOF\nQ2F0\n", b"-----BEGIN CERTIFICATE-----\nTVqQAAMA\n", b"<?xml ?>", b"hsqs",
]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"plain text\n", b"<?xml version='1.0'?><a/>", b"\x89PNG\r\n\x1a\n" + bytes(99)])
def test_what_has_no_mark_of_a_container_is_plain(data: bytes) -> None:
    assert is_plain(memory_content(data, mime_of))


@pytest.mark.parametrize("mark", MARKS[:-2], ids=repr)
def test_a_mark_of_a_container_at_its_place_is_enough_to_look_closer(mark: bytes) -> None:
    before = {b"ustar\x00": HEAD, b"CD001": bytes(32769)}.get(mark, b"")
    assert not is_plain(memory_content(before + mark + b" and so on", mime_of))


@given(st.lists(st.sampled_from([*MARKS, HEAD, b"x" * 1023, bytes(32769)]) | st.binary(max_size=9), max_size=6))
def test_the_closer_looks_say_nothing_else(pieces: list[bytes]) -> None:
    content = memory_content(b"".join(pieces), mime_of)
    if is_plain(content):
        looked = Containers(10**9).inspect(VERSION, NobodyToAsk(), content)
        assert (formats_of(content), looked.gap) == (frozenset(), None)


@given(st.lists(st.sampled_from([*MARKS, HEAD, b"x" * 1023, bytes(32769)]) | st.binary(max_size=9), max_size=6))
def test_what_the_sandbox_opens_nothing_in_needs_no_closer_look(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    content = memory_content(data, mime_of)
    source = Source("x", content.facts.mime, content.head, len(data), BytesIO(data))
    if not openers_for(source):
        assert is_plain(content, "x", hollow=True) is is_plain(content, "x")


@pytest.mark.parametrize("mark", [b"\x1f\x8b\x08", b"..-lh5-", b"text PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_its_word_alone_is_not_enough_where_one_begins_like_a_container(mark: bytes) -> None:
    assert not is_plain(memory_content(mark, mime_of), hollow=True)


def test_what_is_called_a_mail_is_looked_at_closer() -> None:
    assert not is_plain(memory_content(b"plain text\n", mime_of), "a.eml")


def test_a_large_content_is_looked_at_closer() -> None:
    assert not is_plain(memory_content(bytes(LARGEST + 1), lambda _: "text/plain"))


@pytest.mark.parametrize("mime", BY_TYPE)
def test_so_is_one_whose_type_says_that_it_is_a_container(mime: str) -> None:
    assert not is_plain(memory_content(b"text", lambda _: mime))
