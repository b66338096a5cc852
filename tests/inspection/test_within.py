from __future__ import annotations

import gzip

import pytest

from demo import samples
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.samples import archives, rars, zips
from scanner.inspection.within import BEHIND, CODED, LATE, PACKED, ZIP_WITHIN, gap_within
from scanner.model import Gap

PAYLOAD = b"payload\n" * 9


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
    ],
)
def test_what_stands_within_is_told(data: bytes, gap: Gap | None) -> None:
    assert gap_within(memory_content(data, mime_of)) == gap
