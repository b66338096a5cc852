"""What stands within another file, where clamd does not look for it, is told for all who ask alike."""

from __future__ import annotations

import base64
import gzip

import pytest

from demo import samples
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.samples import archives, rars, zips
from scanner.inspection.within import BEHIND, CODED, LATE, PACKED, ZIP_WITHIN, gap_within
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
