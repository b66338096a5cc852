from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.archive_behind import MOST_MARKS, find_archive, is_archive
from scanner.inspection.selftest.samples import archives, mails, rars, zips

PAYLOAD = b"payload\n" * 9
ARCHIVES = (rars.rar4(PAYLOAD), rars.rar5(PAYLOAD), archives.written(PAYLOAD, "7zip"))


@pytest.mark.parametrize("archive", ARCHIVES, ids=["rar 4", "rar 5", "7z"])
@pytest.mark.parametrize("before", [b"x", b"MZ" + bytes(70_000), b"Rar!\x1a\x07\x01\x00" + bytes(9)])
def test_it_begins_where_its_header_is_sound(archive: bytes, before: bytes) -> None:
    assert find_archive(before + archive) == len(before)


@pytest.mark.parametrize("archive", ARCHIVES, ids=["rar 4", "rar 5", "7z"])
def test_one_at_the_beginning_or_cut_off_is_none(archive: bytes) -> None:
    assert [find_archive(data) for data in (archive, b"x" + archive[:12])] == [None] * 2


@pytest.mark.parametrize("archive", ARCHIVES, ids=["rar 4", "rar 5", "7z"])
def test_a_wrong_checksum_hides_none(archive: bytes) -> None:
    at = 8 if archive.startswith((b"Rar!\x1a\x07\x01", b"7z")) else 7
    damaged = archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]
    assert find_archive(b"x" + damaged) == 1


def test_a_7z_that_was_never_finished_is_one_and_a_mark_before_zeros_is_none() -> None:
    mark = b"7z\xbc\xaf\x27\x1c"
    assert find_archive(b"x" + mark + b"\0\4" + bytes(24) + PAYLOAD) == 1
    assert [find_archive(b"x" + one + bytes(99)) for one in (mark, b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\1\0")] == [
        None
    ] * 3


@given(st.binary(max_size=40), st.sampled_from([b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c"]))
def test_whatever_follows_a_mark_is_answered(rest: bytes, mark: bytes) -> None:
    assert find_archive(b"x" + mark + rest) in (None, 1)


@pytest.mark.parametrize(
    ("head", "mime", "expected"),
    [
        (zips.stored(PAYLOAD), "application/zip", True),
        (archives.tar(PAYLOAD), "application/x-tar", True),
        (bytes(257) + b"ustar\x00", "", True),
        (bytes(32_769) + b"CD001", "", True),
        (mails.eml(PAYLOAD), "message/rfc822", False),
        (mails.mbox(PAYLOAD), "application/mbox", False),
        (b"%PDF-1.4\n", "application/pdf", False),
        (b"MZ", "application/x-dosexec", False),
        (b"hello", "text/plain", False),
    ],
)
def test_an_archive_is_told_by_its_beginning(head: bytes, mime: str, expected: bool) -> None:
    assert is_archive(head, mime) is expected


def test_thousands_of_marks_are_not_looked_at_one_by_one() -> None:
    mark = b"Rar!\x1a\x07\x00" + struct.pack("<HBHH", 0, 0x73, 0, 65_000)
    data = b"x" + mark * (4 * 1024**2 // len(mark))
    before = time.process_time()
    assert find_archive(data) == 1 + MOST_MARKS * len(mark)
    assert time.process_time() - before < 2
    assert find_archive(b"x" + mark * MOST_MARKS) is None
