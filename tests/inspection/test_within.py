"""What stands within another file, where clamd does not look for it, is told for all who ask alike."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.mail_kind import find_mail
from scanner.inspection.selftest.samples import archives, rars, zips
from scanner.inspection.within import (
    BEHIND,
    CODED,
    LATE,
    PACKED,
    ZIP_WITHIN,
    gap_by_looks,
    gap_within,
    has_word,
    is_anything_within,
)
from scanner.model import Gap

PAYLOAD = b"payload\n" * 9
LINES = base64.encodebytes(bytes(99))


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (b"", None),
        (b"hello", None),
        (samples.docx("hello"), None),
        (b"hello\n" + rars.rar5(PAYLOAD), BEHIND),
        (b"x" * 512 + archives.tar(PAYLOAD), LATE),
        (b"hello" + archives.written(PAYLOAD, "cpio_newc"), LATE),
        (b"hello\nbegin 644 a\n#0V%T\nend\n", CODED),
        (b"#!/bin/sh\nzcat $0 | sh\n" + gzip.compress(PAYLOAD, mtime=0), PACKED),
        (b"hello" + zips.stored(PAYLOAD) + b"hello", ZIP_WITHIN),
        (b"hello" + zips.stored(PAYLOAD), None),
        (archives.tar(gzip.compress(PAYLOAD, mtime=0)), None),
        (samples.tar_gz_of({"a": PAYLOAD}), None),
        (b"base64 -d $0 | sh\n" + LINES, CODED),
        # Its own parts, which the opener of mails takes out.
        (b"Subject: a\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + LINES, None),
        (b"cat b <<EOF\n" + LINES + b"EOF\n", CODED),
        (b"\0\1\2 <<EOF\n" + LINES, None),
    ],
)
def test_what_stands_within_is_told(data: bytes, gap: Gap | None) -> None:
    assert gap_within(memory_content(data, mime_of)) == gap


WITHIN = [
    rars.rar4(PAYLOAD), rars.rar5(PAYLOAD), archives.seven_zip(PAYLOAD, "lzma2"), archives.tar(PAYLOAD), b"ustar",
    archives.written(PAYLOAD, "cpio_newc"), archives.lzh(PAYLOAD), gzip.compress(PAYLOAD, mtime=0),
    bz2.compress(PAYLOAD), lzma.compress(PAYLOAD), b"\x1f\x9d\x90", b"\nbegin 644 a\n#0V%T\nend\n",
    b"\nBegin:VCard\nPHOTO;ENCODING=b:QUJD\nend:vcard\n", b"\n=yBegin line=128 size=9 name=a\n*+,-./012\n",
    b"\nBASE64 -d <<EOF\n" + LINES, b"\ncat <<EOF\n" + LINES, b"\n-----BEGIN CERTIFICATE-----\nTVqQAAMA\n", LINES,
    b"openssl enc -d", b"\nMIME-Version: 1.0\nContent-Type: multipart/related;\n",
    b"#!/bin/sh\n# unpacks what is behind it\n", b"\n", b"\0", b"x" * 480,
]  # fmt: skip


@given(st.lists(st.sampled_from(WITHIN), max_size=6).map(b"".join))
def test_the_one_look_for_all_words_misses_nothing(data: bytes) -> None:
    gap, mail = gap_by_looks(data, of_mail=False), find_mail(data)
    assert is_anything_within(data) == (gap is not None or mail is not None)
    assert has_word(data) or (gap, mail) in ((None, None), (LATE, None))
