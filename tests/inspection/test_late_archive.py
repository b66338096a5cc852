from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.late_archive import BLOCK, Late, find_late, is_tar_header
from scanner.inspection.selftest.samples import archives

PAYLOAD = b"payload\n" * 9
TAR, LZH = archives.tar(PAYLOAD), archives.lzh(PAYLOAD)
NEWC, ODC = (archives.written(PAYLOAD, kind) for kind in ("cpio_newc", "cpio"))
OLD_TAR = archives.with_header(TAR, slice(257, 265), bytes(8))


@pytest.mark.parametrize("before", [b"x" * BLOCK, bytes(7 * BLOCK), b"ustar\0".ljust(2 * BLOCK)])
def test_a_tar_begins_at_any_block_but_the_first(before: bytes) -> None:
    assert find_late(before + TAR) == find_late(before + OLD_TAR) == [Late(len(before), "tar")]
    assert find_late(b"x" + before + TAR) == find_late(TAR) == []


@pytest.mark.parametrize("before", [b"x", b"07070x" * 9, bytes(100_000)])
def test_a_cpio_begins_anywhere(before: bytes) -> None:
    assert find_late(before + NEWC) == find_late(before + ODC) == [Late(len(before), "cpio")]


def test_an_lzh_begins_in_the_first_64_kib() -> None:
    assert find_late(b"x" * 999 + LZH) == [Late(999, "lha")]
    assert find_late(bytes(65_536) + LZH) == []


def test_one_of_each_kind_is_told() -> None:
    data = b"x" * BLOCK + TAR + NEWC + LZH
    assert find_late(data) == [
        Late(BLOCK, "tar"),
        Late(BLOCK + len(TAR), "cpio"),
        Late(BLOCK + len(TAR + NEWC), "lha"),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"x" * 9999, b"0" * 9999, b"-lh5-" * 999, b"070701 ustar -lh5-\n" * 500, bytes(9999)]
)
def test_marks_alone_are_none(data: bytes) -> None:
    assert find_late(data) == []


@pytest.mark.parametrize("block", [b"", TAR[:511], bytes(BLOCK), b" " * BLOCK, b"0" * BLOCK])
def test_what_is_no_header_of_a_tar(block: bytes) -> None:
    assert not is_tar_header(block)


@given(
    st.lists(st.sampled_from([TAR[:600], NEWC[:120], LZH, b"-lh5-", b"x" * 511]) | st.binary(max_size=9), max_size=6)
)
def test_whatever_stands_there_is_answered(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert all(0 < late.start < len(data) for late in find_late(data))


@pytest.mark.parametrize("piece", [b"x" * 148 + b"000001\0 " + b"y" * 356, b"070701" + b"0" * 100, b"..-lh5-"])
def test_nothing_takes_long(piece: bytes) -> None:
    data = b"x" * BLOCK + piece * (4 * 1024**2 // len(piece))
    before = time.process_time()
    find_late(data)
    assert time.process_time() - before < 3
