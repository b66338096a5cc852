from __future__ import annotations

import lzma
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.clamd import Clamd
from scanner.inspection.lzma_alone import HEADER, is_lzma_alone, only_7zip_unpacks
from scanner.inspection.plain import is_plain
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.formats import Format, formats_of
from scanner.inspection.selftest.samples import archives
from tests.clamd import settings_for
from tests.inspection import EICAR

PROPERTIES = [(3, 0, 2), (0, 0, 0), (4, 0, 4), (0, 4, 1), (1, 3, 0)]


def packed(content: bytes, lc: int, lp: int, pb: int, dictionary: int = 1 << 16) -> bytes:
    one = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}
    return lzma.compress(content, lzma.FORMAT_ALONE, filters=[one])


@pytest.mark.parametrize(("lc", "lp", "pb"), PROPERTIES)
@pytest.mark.parametrize("dictionary", [4096, 6144, 1 << 16, 3 << 20])
def test_it_is_known_whatever_its_properties(clamd: PrivateClamd, lc: int, lp: int, pb: int, dictionary: int) -> None:
    data = packed(EICAR, lc, lp, pb, dictionary)
    assert is_lzma_alone(data)
    assert not only_7zip_unpacks(data)
    content = memory_content(data, mime_of)
    assert Format.LZMA in formats_of(content)
    assert not is_plain(content)
    assert Clamd(settings_for(clamd.address)).answer(data) is None


def test_some_properties_only_7zip_knows() -> None:
    assert [only_7zip_unpacks(bytes([lc + 9 * lp])) for lc, lp in ((8, 0), (4, 1), (4, 0), (0, 4))] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, this is a text",
        bytes(99),
        b"\xff" * 99,
        HEADER.pack(225, 1 << 16, 9, 0, 0, 1),
        HEADER.pack(93, 12345, 9, 0, 0, 1),
        HEADER.pack(93, 1 << 16, 0, 0, 0, 1),
        HEADER.pack(93, 1 << 16, 1 << 50, 0, 0, 1),
        HEADER.pack(93, 1 << 16, 9, 0, 0, 0),
        HEADER.pack(93, 1 << 16, 9, 1, 0, 1),
        HEADER.pack(93, 1 << 16, 9, 0, 0x80, 1),
        struct.pack("<4I", 1, 2, 3, 4) * 9,
        samples.png(),
        samples.docx("hello"),
        archives.tar(b"hello"),
    ],
)
def test_nothing_else_is_one(data: bytes) -> None:
    assert not is_lzma_alone(data)


@given(st.binary(max_size=20))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert is_lzma_alone(data) in (True, False)
