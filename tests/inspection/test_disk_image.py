from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.archive_headers import header_gap
from scanner.inspection.clamd import Clamd
from scanner.inspection.disk_image import disk_image
from scanner.inspection.plain import is_plain
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.samples import archives, documents
from scanner.inspection.unpack.openers.unopened import is_unopened
from scanner.model import Unscannable
from tests.clamd import settings_for
from tests.inspection import EICAR
from tests.inspection.unpack.openers.recording import source_of

SECTOR = 512


def fat(content: bytes) -> bytes:
    """A floppy disk with one file, as FAT12 (ECMA-107): boot sector, two tables, a directory, and the file."""
    boot = b"\xeb\x3c\x90ANY".ljust(11) + struct.pack("<HBHBHHBHHHI", 512, 1, 1, 2, 16, 32, 0xF0, 1, 18, 2, 0)
    table = b"\xf0\xff\xff\xff\x0f".ljust(SECTOR, b"\0")
    entry = b"PAYLOAD COM\x20".ljust(26, b"\0") + struct.pack("<HI", 2, len(content))
    return boot.ljust(SECTOR, b"\0") + table * 2 + entry.ljust(SECTOR, b"\0") + content.ljust(28 * SECTOR, b"\0")


def placed(*marks: tuple[int, bytes], size: int = 40_000) -> bytes:
    """Marks at their places, before the end where those are below zero, and a file at 8192."""
    data = bytearray(size)
    for place, mark in (*marks, (8192, EICAR)):
        data[place % size : place % size + len(mark)] = mark
    return bytes(data)


def ext() -> bytes:
    block = struct.pack("<II16xI28xHHH14xI", 16, 64, 0, 0xEF53, 1, 1, 1)
    return placed((1024, block))


def with_partition(start: int = 16) -> bytes:
    return placed((446, struct.pack("<BBHBBHII", 0x80, 1, 1, 6, 1, 1, start, 32)), (510, b"\x55\xaa"))


IMAGES = {
    "VHD": placed((-512, b"conectix\0\0\0\2")),
    "VHD without its last byte": placed((-512, b"conectix\0\0\0\2"))[:-1],
    "VHDX": placed((0, b"vhdxfile")),
    "VDI": placed((0, b"<<< Oracle VM VirtualBox Disk Image >>>\n"), (64, b"\x7f\x10\xda\xbe")),
    "VMDK": placed((0, b"KDMV\1\0\0\0")),
    "QCOW": placed((0, b"QFI\xfb\0\0\0\3")),
    "QED": placed((0, b"QED\0")),
    "Parallels": placed((0, b"WithoutFreeSpace")),
    "WIM": placed((0, b"MSWIM\0\0\0")),
    "squashfs": placed((0, b"hsqs")),
    "cramfs": placed((0, b"\x45\x3d\xcd\x28")),
    "AppImage": placed((0, b"\x7fELF\2\1\1\0AI\2")),
    "NTFS": placed((0, b"\xeb\x52\x90NTFS    "), (510, b"\x55\xaa")),
    "exFAT": placed((0, b"\xeb\x76\x90EXFAT   "), (510, b"\x55\xaa")),
    "FAT": fat(EICAR),
    "ext": ext(),
    "XFS": placed((0, b"XFSB\0\0\x10\0")),
    "btrfs": placed((65_600, b"_BHRfS_M"), size=80_000),
    "HFS+": placed((1024, b"H+\0\4")),
    "HFS": placed((1024, b"BD".ljust(22, b"\0") + b"\x10\0")),
    "UDF": placed((32_769, b"BEA01\1"), (34_817, b"NSR03\1"), (36_865, b"TEA01\1")),
    "APFS": placed((32, b"NXSB")),
    "MBR": with_partition(),
    "GPT": placed((510, b"\x55\xaa"), (512, b"EFI PART")),
    "APM": placed((0, b"ER\2\0"), (512, b"PM\0\0")),
    "DMG": placed((-512, b"koly\0\0\0\4")),
    "LUKS": placed((0, b"LUKS\xba\xbe")),
    "a CD by sectors": placed((0, b"\0" + b"\xff" * 10 + b"\0\0\2\0\1")),
    "RAR 1.4": placed((0, b"RE~^\7\0\0")),
}


@pytest.mark.parametrize("kind", IMAGES)
def test_what_clamd_does_not_open_is_not_clean(clamd: PrivateClamd, kind: str) -> None:
    data = IMAGES[kind]
    assert Clamd(settings_for(clamd.address)).answer(data) is None
    content = memory_content(data, mime_of)
    gap = header_gap(content)
    assert gap is not None
    assert gap.reason is Unscannable.FORMAT
    assert not is_plain(content)
    assert is_unopened(source_of(data))


ISO = archives.written(b"hello", "iso9660")
HYBRID = with_partition(1)[:SECTOR] + ISO[SECTOR:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"conectix is a company",
        b"\x55\xaa" * 999,
        placed((510, b"\x55\xaa")),
        placed((446, b"\x01" * 64), (510, b"\x55\xaa")),
        fat(b"x")[:SECTOR],
        placed((1080, b"\x53\xef")),
        ISO,
        HYBRID,
        samples.png(),
        samples.docx("hello"),
        samples.windows_program(),
        documents.pdf(b"hello"),
        archives.tar(bytes(9999)),
    ],
)
def test_nothing_else_is_one(data: bytes) -> None:
    assert disk_image(data[:65536], lambda offset, length: data[offset : offset + length], len(data)) is None


def test_a_disc_with_other_files_for_other_readers_is_one() -> None:
    """Windows would show those of UDF, and macOS those of HFS; libarchive those of ISO 9660."""
    last = archives.written(b"hello", "iso9660").find(b"\xffCD001")
    area = placed((1, b"BEA01"), (2049, b"NSR02"), size=10_240)
    udf = ISO[: last + 2048] + area + ISO[last + 12_288 :]
    hfs = ISO[:1024] + b"BD".ljust(20, b"\0") + b"\0\0\x08\0" + ISO[1048:]
    for data in (udf, hfs):
        assert disk_image(data[:65536], lambda offset, length, data=data: data[offset:][:length], len(data)) is not None


def test_a_partition_behind_a_disc_is_one() -> None:
    data = bytearray(HYBRID + bytes(SECTOR))
    data[454:458] = struct.pack("<I", len(ISO) // SECTOR)
    assert disk_image(bytes(data[:65536]), lambda _offset, _length: b"", len(data)) == "a disk with partitions"


@given(st.binary(max_size=99), st.sampled_from([0, 3, 11, 446, 510, 1024, 1080, 2000]), st.sampled_from(sorted(IMAGES)))
def test_whatever_stands_there_is_answered(piece: bytes, place: int, kind: str) -> None:
    data = IMAGES[kind]
    data = data[:place] + piece + data[place + len(piece) :]
    disk_image(data[:65536], lambda offset, length: data[offset : offset + length], len(data))
