from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from demo.clamd import PrivateClamd
from scanner.inspection.archive_headers import OLE, RAR4, RAR5, SEVEN_ZIP, header_gap
from scanner.inspection.clamd import Clamd
from scanner.inspection.engine import NobodyToAsk
from scanner.model import Unchecked, Unscannable
from tests.clamd import settings_for
from tests.contents import Spooled, content_of, spool_in
from tests.inspection import VERSION

EICAR = samples.eicar()


def reason_for(data: bytes) -> Unscannable | Unchecked | None:
    content = content_of(data, spool_in(Path(gettempdir()), max_total="64MiB", max_file="64MiB"))
    gap = header_gap(content)
    content.close()
    return gap.reason if gap else None


def lz4_frame(content: bytes) -> bytes:
    """One uncompressed block; the header's checksum byte is not looked at by anybody here."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", 0x80000000 | len(content)) + content + bytes(4)


def ar(name: bytes, content: bytes) -> bytes:
    return (
        b"!<arch>\n"
        + name.ljust(16)
        + b"0".ljust(12)
        + b"0".ljust(6) * 2
        + b"644".ljust(8)
        + b"%-10d`\n" % len(content)
        + content
    )


def compress_z(content: bytes) -> bytes:
    """LZW of nothing but literals, nine bits each: right for contents under 256 bytes."""
    bits = sum(byte << (9 * index) for index, byte in enumerate(content))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(content) + 7) // 8, "little")


def zstd_raw(content: bytes) -> bytes:
    """A frame of one raw block."""
    header = struct.pack("<I", (len(content) << 3) | 1)[:3]
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + header + content


def seven_zip(header: bytes, missing: int = 0) -> bytes:
    start = struct.pack("<QQI", 4, len(header), zlib.crc32(header))
    whole = SEVEN_ZIP + b"\0\4" + struct.pack("<I", zlib.crc32(start)) + start + b"data" + header
    return whole[: len(whole) - missing]


def rar4(main_flags: int = 0, file_flags: int = 0, content: bytes = EICAR) -> bytes:
    def block(kind: int, flags: int, body: bytes) -> bytes:
        header = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(header) & 0xFFFF) + header

    body = struct.pack("<IIBIIBBHI", len(content), len(content), 2, zlib.crc32(content), 0, 20, 0x30, 1, 0x20) + b"a"
    return (
        RAR4
        + block(0x73, main_flags, bytes(6))
        + block(0x74, 0x8000 | file_flags, body)
        + content
        + block(0x7B, 0, b"")
    )


def rar5(*blocks: tuple[bytes, bytes]) -> bytes:
    """Blocks of header (from its type on) and data; sizes below 128 are one byte."""
    out = RAR5
    for header, data in blocks:
        sized = bytes([len(header)]) + header
        out += struct.pack("<I", zlib.crc32(sized)) + sized + data
    return out


MAIN = (bytes([1, 0, 0]), b"")
ENCRYPTION_RECORD = bytes([3, 1, 0, 0])
TIME_RECORD = bytes([2, 3, 0])


def rar5_file(extra: bytes) -> tuple[bytes, bytes]:
    # type, flags: extra and data, their sizes, then fields nobody here reads
    return bytes([2, 3, len(extra), 10]) + b"\0\x0a\0\0\0\x01a" + extra, b"0123456789"


def ole(name: str, directory_sector: int) -> bytes:
    head = OLE + bytes(22) + struct.pack("<H", 9) + bytes(16) + struct.pack("<I", directory_sector)
    return (
        head.ljust(512 * (directory_sector + 1), b"\0")
        + "Root Entry".encode("utf-16-le").ljust(128, b"\0")
        + name.encode("utf-16-le")
    )


@pytest.mark.parametrize(
    ("case", "data", "reason"),
    [
        ("zstd", zstd_raw(EICAR), Unscannable.FORMAT),
        ("zstd behind a skippable frame", b"\x50\x2a\x4d\x18\1\0\0\0x" + zstd_raw(EICAR), Unscannable.FORMAT),
        ("lz4", lz4_frame(EICAR), Unscannable.FORMAT),
        ("lzma", lzma.compress(EICAR, lzma.FORMAT_ALONE), Unscannable.FORMAT),
        ("compress", compress_z(EICAR), Unscannable.FORMAT),
        ("ar", ar(b"a.com", EICAR), Unscannable.FORMAT),
        ("deb", ar(b"debian-binary", b"2.0\n"), Unscannable.FORMAT),
        ("7z with AES", seven_zip(b"\x17\x06\x06\xf1\x07\x01\x0a"), Unscannable.ENCRYPTED),
        ("7z without its directory", seven_zip(b"\x01\x04\x06\x00", missing=1), Unscannable.CORRUPT),
        ("7z cut at once", SEVEN_ZIP + b"\0\4", Unscannable.CORRUPT),
        ("7z", seven_zip(b"\x01\x04\x06\x00"), None),
        ("rar 4 with hidden names", rar4(main_flags=0x80), Unscannable.ENCRYPTED),
        ("rar 4 with a password", rar4(file_flags=0x04), Unscannable.ENCRYPTED),
        ("rar 4", rar4(), None),
        ("rar 5 with hidden names", rar5((bytes([4, 0, 0, 0, 0]), b"")), Unscannable.ENCRYPTED),
        (
            "rar 5 with a password",
            rar5(MAIN, rar5_file(TIME_RECORD), rar5_file(TIME_RECORD + ENCRYPTION_RECORD)),
            Unscannable.ENCRYPTED,
        ),
        ("rar 5", rar5(MAIN, rar5_file(TIME_RECORD), rar5_file(b"")), None),
        ("office with a password", ole("EncryptedPackage", 1), Unscannable.ENCRYPTED),
        ("office with a password, directory far behind", ole("EncryptedPackage", 9000), Unscannable.ENCRYPTED),
        ("an old office document", ole("WordDocument", 1), None),
        ("xz", lzma.compress(EICAR), None),
        ("bzip2", bz2.compress(EICAR), None),
        ("gzip", samples.gz(EICAR), None),
        ("tar.gz", samples.tar_gz_of({"a": EICAR}), None),
        ("pdf", samples.pdf("hello"), None),
        ("text", b"LZIP, ZPAQ and SIT! are old formats\n", None),
        ("nothing", b"", None),
    ],
)
def test_what_the_first_headers_tell(case: str, data: bytes, reason: Unscannable | None) -> None:
    assert reason_for(data) is reason


@pytest.mark.parametrize(
    "data",
    [
        zstd_raw(EICAR),
        lz4_frame(EICAR),
        lzma.compress(EICAR, lzma.FORMAT_ALONE),
        compress_z(EICAR),
        ar(b"a.com", EICAR),
    ],
    ids=["zstd", "lz4", "lzma", "compress", "ar"],
)
def test_clamd_does_not_open_them(clamd: PrivateClamd, spooled: Spooled, data: bytes) -> None:
    """Should a newer clamd do, the kind can leave the list."""
    inspection = Clamd(settings_for(clamd.address)).inspect(VERSION, NobodyToAsk(), spooled(data))

    assert (inspection.findings, inspection.gap) == ((), None)


@pytest.mark.parametrize(
    "data", [lzma.compress(EICAR), bz2.compress(EICAR), samples.gz(EICAR)], ids=["xz", "bz2", "gz"]
)
def test_clamd_opens_those_that_pass(clamd: PrivateClamd, spooled: Spooled, data: bytes) -> None:
    inspection = Clamd(settings_for(clamd.address)).inspect(VERSION, NobodyToAsk(), spooled(data))

    assert [finding.malware for finding in inspection.findings] == [True]


@given(st.sampled_from([b"", SEVEN_ZIP, RAR4, RAR5, OLE, b"!<arch>\n"]), st.binary(max_size=300))
def test_no_bytes_break_it(start: bytes, rest: bytes) -> None:
    reason_for(start + rest)


@given(
    st.sampled_from([rar4(), rar5(MAIN, rar5_file(TIME_RECORD)), seven_zip(b"\x01\x04"), ole("x", 1)]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4),
    st.integers(0, 80),
)
def test_no_damage_breaks_it(data: bytes, edits: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(data)
    for position, value in edits:
        damaged[position % len(damaged)] = value

    reason_for(bytes(damaged[: max(len(damaged) - cut, 0)]))


def test_headers_of_large_contents_are_read_from_the_file(spooled: Spooled) -> None:
    far = rar5((bytes([1, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F]), b"")) + bytes(2 * 1024**2)

    assert header_gap(spooled(far)) is None
