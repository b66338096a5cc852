"""Disks and file systems in a file, which nobody here opens. clamd scans partitions of some as they are, and no more.

Pure but for reading. Office programs and mail carry none of them; Windows, macOS and Linux open them by a click.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

from scanner.inspection.selftest.formats import any_of

ReadAt = Callable[[int, int], bytes]
"""`length` bytes from `offset`; fewer at the end."""

BY_HEAD = (
    (re.compile(rb"conectix\x00{3}|vhdxfile"), "a virtual hard disk (VHD, VHDX)"),
    (re.compile(rb"KDMV[\x01-\x03]\x00{3}|COWD[\x01-\x03]\x00{3}"), "a virtual disk of VMware"),
    (re.compile(rb"QFI\xfb|QED\x00|Without?FreSpacExt|WithoutFreeSpace"), "a virtual disk of QEMU or Parallels"),
    (re.compile(rb".{64}\x7f\x10\xda\xbe", re.DOTALL), "a virtual disk of VirtualBox"),
    (re.compile(rb"MSWIM\x00{3}|WLPWM\x00{3}"), "an image of Windows (WIM)"),
    (re.compile(rb"hsqs|sqsh|qshs|shsq|\x45\x3d\xcd\x28|\x28\xcd\x3d\x45|-rom1fs-"), "squashfs, cramfs or romfs"),
    (re.compile(rb"\x7fELF.{4}AI[\x01\x02]", re.DOTALL), "an AppImage"),
    (re.compile(rb"encrcdsa|LUKS\xba\xbe|.{3}-FVE-FS-", re.DOTALL), "an encrypted disk"),
    (re.compile(rb".{3}(?:NTFS {4}|EXFAT {3})", re.DOTALL), "a file system of Windows (NTFS, exFAT)"),
    (
        re.compile(rb".{32}NXSB|XFSB\x00\x00|.{1024}(?:H\+\x00\x04|HX\x00\x05|\x10\x20\xf5\xf2)", re.DOTALL),
        "a file system",
    ),
    (re.compile(rb".{512}EFI PART|ER.{510}PM\x00\x00", re.DOTALL), "a disk with partitions"),
    (re.compile(rb"EVF[2]?[\x09\x0d]\x0d?\x0a|EVF\x09\x0d\x0a\xff\x00|AFF10\r\n"), "a disk image of forensics"),
    (
        re.compile(rb"\x00\xff{10}\x00...[\x01\x02]|CISO.{4}|IsZ!|DAA\x00\x00\x00", re.DOTALL),
        "a disc by sectors, or packed",
    ),
)
ANY_HEAD = any_of(pattern for pattern, _ in BY_HEAD)
"""Most contents begin like none of them."""
BTRFS, BTRFS_PLACE = b"_BHRfS_M", 64 * 1024 + 64
FOOTER = 512
BY_FOOTER = (
    (re.compile(rb".?conectix\x00{3}", re.DOTALL), "a virtual hard disk (VHD)"),
    (re.compile(rb"koly\x00{3}\x04"), "a disk of macOS (DMG)"),
    (re.compile(rb".{500}NER5|.{504}NERO", re.DOTALL), "a disc of Nero"),
    (re.compile(rb".{484,508}cdsaencr", re.DOTALL), "an encrypted disk"),
)
"""Of the last bytes. VHD alone may have lost the last of them."""
EXT, EXT_PLACE = struct.Struct("<II16xI28xHHH14xI"), 1024
FAT = struct.Struct("<B10xHBHBHHB")
PARTITIONS, PARTITION = 446, struct.Struct("<B3xB3xII")
SECTOR = 512
SMALLEST = 2 * 1024
"""Bytes of a disk; a boot sector alone is a program."""
DISC, DISC_PLACE, DISC_SECTOR = b"CD001", 32 * 1024 + 1, 2048
UDF_BEGIN, UDF, UDF_AREA = b"BEA01", (b"NSR02", b"NSR03"), 128 * 1024
HFS, HFS_PLACE = b"BD", 1024


def disk_image(head: bytes, read_at: ReadAt, size: int) -> str | None:
    """What it is called; None for anything else. `head`: the first 64 KiB."""
    if ANY_HEAD.match(head) is not None:
        return next(name for pattern, name in BY_HEAD if pattern.match(head))
    return next(_kinds(head, read_at, size), None) if size >= SMALLEST else None


def _kinds(head: bytes, read_at: ReadAt, size: int) -> Iterator[str]:
    if _is_fat(head) or _is_ext(head):
        yield "a file system (FAT, ext)"
    if _has_partitions(head, size):
        yield "a disk with partitions"
    if _is_hfs(head):
        yield "a file system (HFS)"
    if _is_udf(head, read_at):
        yield "a file system (UDF)"
    if size > BTRFS_PLACE and read_at(BTRFS_PLACE, len(BTRFS)) == BTRFS:
        yield "a file system (btrfs)"
    footer = read_at(size - FOOTER, FOOTER)
    yield from (name for pattern, name in BY_FOOTER if pattern.match(footer))


def _is_fat(head: bytes) -> bool:
    """By its parameters, which every reader needs, and not by the name of its kind, which none does."""
    if len(head) < SMALLEST or head[0] not in (0xEB, 0xE9):
        return False
    _, sector, cluster, reserved, tables, _, few, media = FAT.unpack_from(head)
    many = int.from_bytes(head[32:36], "little")
    sound = sector in (512, 1024, 2048, 4096) and cluster and not cluster & (cluster - 1) and reserved
    return bool(sound and tables in (1, 2) and (few or many) and (media == 0xF0 or media >= 0xF8))


def _is_ext(head: bytes) -> bool:
    if len(head) < EXT_PLACE + EXT.size:
        return False
    inodes, blocks, block_size, mark, state, errors, revision = EXT.unpack_from(head, EXT_PLACE)
    counted = inodes > 0 and blocks > 0 and block_size <= 6
    return bool(mark == 0xEF53 and counted and state < 8 and errors <= 3 and revision <= 1)


def _is_hfs(head: bytes) -> bool:
    """By the size of its blocks. On a disc it may stand beside ISO 9660, with other files (Inside Macintosh, Files)."""
    block = int.from_bytes(head[HFS_PLACE + 20 : HFS_PLACE + 24], "big")
    return head.startswith(HFS, HFS_PLACE) and block > 0 and block % SECTOR == 0


def _is_udf(head: bytes, read_at: ReadAt) -> bool:
    """Beside ISO 9660 or by itself: Windows shows its files and not the other's (ECMA-167, part 3)."""
    area = head[DISC_PLACE - 1 :]
    if any(head.startswith(mark, DISC_PLACE) for mark in (DISC, UDF_BEGIN)):
        area = read_at(DISC_PLACE - 1, UDF_AREA)
    return any(area.startswith(UDF, place + 1) for place in range(0, len(area), DISC_SECTOR))


def _has_partitions(head: bytes, size: int) -> bool:
    """In its first sector; a disc that may also be started from has one, too, which says where its own parts lie."""
    if head[510:512] != b"\x55\xaa":
        return False
    least, some = _end_of_disc(head), False
    for number in range(4):
        raw = head[PARTITIONS + 16 * number :][:16]
        if not any(raw):
            continue
        status, kind, start, length = PARTITION.unpack(raw)
        if status not in (0, 0x80) or not kind or not start or not length:
            return False
        some = some or least <= start * SECTOR < size
    return some


def _end_of_disc(head: bytes) -> int:
    if not head.startswith(DISC, DISC_PLACE):
        return 0
    place = DISC_PLACE - 1
    return int(struct.unpack_from("<I", head, place + 80)[0] * struct.unpack_from("<H", head, place + 128)[0])
