from __future__ import annotations

import bz2
import gzip
import lzma
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from scanner.inspection.packed_script import STREAMS, Packed, behind_first_line, find_packed, has_packed
from scanner.inspection.selftest.samples import archives, documents, streams

PAYLOAD = b"payload\n" * 9
SCRIPT = b"#!/bin/sh\ntail -n +3 $0 | zcat | sh; exit\n"
PACKED = {
    "gzip": gzip.compress(PAYLOAD, mtime=0),
    "bzip2": bz2.compress(PAYLOAD),
    "xz": lzma.compress(PAYLOAD),
    "lzma": lzma.compress(PAYLOAD, lzma.FORMAT_ALONE),
    "zstd": streams.zstd_stored(PAYLOAD),
    "tar": archives.tar(PAYLOAD),
    **{kind: archives.written(PAYLOAD, "gnutar", kind) for kind in ("lz4", "lzip", "compress")},
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize(
    "script", [SCRIPT, b"@echo off\r\nexit\r\n", b"# " + b"x\n" * 50_000], ids=["sh", "bat", "long"]
)
def test_it_is_found_behind_a_script(script: bytes, kind: str) -> None:
    data = script + PACKED[kind]
    found = find_packed(data, behind_first_line(data) or 0)
    assert found is not None
    assert found.start == len(script)
    assert has_packed(data)


@pytest.mark.parametrize("kind", sorted(set(PACKED) - {"compress"}))
def test_anything_may_stand_between(kind: str) -> None:
    assert has_packed(SCRIPT + bytes(range(32)) * 9 + PACKED[kind])


def test_the_first_comes_first() -> None:
    data = SCRIPT + PACKED["xz"] + PACKED["gzip"]
    assert find_packed(data, 9) == Packed(len(SCRIPT), b"\xfd7zXZ\x00")
    assert find_packed(data, len(SCRIPT) + 1) == Packed(len(SCRIPT) + len(PACKED["xz"]), b"\x1f\x8b\x08")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SCRIPT,
        b"no line, though it is text" + PACKED["gzip"],
        samples.png() + PACKED["gzip"],
        b"\x7fELF\n" + PACKED["gzip"],
        documents.pdf(PACKED["gzip"]),
        SCRIPT + b"\x1f\x8b\x08\xff" + bytes(20),
        SCRIPT + b"\0\n" + PACKED["compress"],
        SCRIPT + b"ustar" * 300,
        *(SCRIPT + word for word, _ in STREAMS),
    ],
)
def test_nothing_else_is_one(data: bytes) -> None:
    assert not has_packed(data)


@given(st.lists(st.sampled_from([*PACKED.values(), *(word for word, _ in STREAMS), b"ustar"]) | st.binary(max_size=9)))
def test_whatever_stands_there_is_answered(pieces: list[bytes]) -> None:
    assert has_packed(SCRIPT + b"".join(pieces)) in (True, False)


@pytest.mark.parametrize("piece", [*(word for word, _ in STREAMS), b"ustar", b"\n\x1f\x9d", b"BZh9"])
def test_nothing_takes_long(piece: bytes) -> None:
    data = SCRIPT + piece * (4 * 1024**2 // len(piece))
    before = time.process_time()
    has_packed(data)
    assert time.process_time() - before < 3
