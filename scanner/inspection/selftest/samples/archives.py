"""Archives of several files, as libarchive and the standard library write them, else by hand."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib

from scanner.rulebook.samples import archives

NAME = "payload.com"
TAR_BLOCK = 512
SIZE, CHECKSUM = slice(124, 136), slice(148, 156)
OTHER = b"An innocent file before the other one.\n"


def written(content: bytes, kind: str, packing: str | None = None) -> bytes:
    """By libarchive: `kind` and `packing` are its names of formats and filters."""
    return archives.written({"readme.txt": OTHER, NAME: content}, kind, packing)


def seven_zip(content: bytes, method: str) -> bytes:
    """`method`: as libarchive calls it; its own choice is lzma."""
    return archives.written({"readme.txt": OTHER, NAME: content}, "7zip", options=f"7zip:compression={method}")


def tar(content: bytes) -> bytes:
    return archives.tar_of({NAME: content})


def tar_with_size_elsewhere(content: bytes) -> bytes:
    """The header says 0 bytes, the pax header before it how many there are, which goes first (POSIX.1-2001, pax)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo(NAME)
        entry.size, entry.pax_headers = len(content), {"size": str(len(content))}
        archive.addfile(entry, io.BytesIO(content))
    packed = buffer.getvalue()
    return with_header(packed, SIZE, b"%011o\0" % 0, packed.index(NAME.encode(), 2 * TAR_BLOCK))


def tar_with_size_in_base_256(content: bytes) -> bytes:
    """As GNU tar writes what is too large for twelve octal digits."""
    return with_header(tar(content), SIZE, b"\x80" + len(content).to_bytes(11, "big"))


def with_header(packed: bytes, field: slice, value: bytes, header: int = 0) -> bytes:
    """A tar in which the header at that place has another value in a field, and the checksum for it."""
    block = bytearray(packed[header : header + TAR_BLOCK])
    block[field], block[CHECKSUM] = value, b" " * 8
    block[CHECKSUM] = b"%06o\0 " % sum(block)
    return packed[:header] + block + packed[header + TAR_BLOCK :]


def ar(content: bytes, name: str = NAME) -> bytes:
    return b"!<arch>\n" + _ar_member(name, content)


def _ar_member(name: str, content: bytes) -> bytes:
    header = f"{name + '/':<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
    return header + content + b"\n" * (len(content) % 2)


def deb(content: bytes) -> bytes:
    """A package of Debian's whose data hold the content."""
    control = written(b"Package: payload\n", "gnutar", "gzip")
    members = {"debian-binary": b"2.0\n", "control.tar.gz": control, "data.tar.gz": written(content, "gnutar", "gzip")}
    return b"!<arch>\n" + b"".join(_ar_member(name, data) for name, data in members.items())


def cab(content: bytes) -> bytes:
    """One folder with one file, packed as MSZIP ([MS-CAB] 2)."""
    name = NAME.encode() + b"\0"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"CK" + packer.compress(content) + packer.flush()
    files = 36 + 8
    start = files + 16 + len(name)
    size = start + 8 + len(data)
    header = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, size, 0, files, 0, 3, 1, 1, 1, 0, 0x1234, 0)
    folder = struct.pack("<IHH", start, 1, 1)
    file = struct.pack("<IIHHHH", len(content), 0, 0, 0x5C21, 0, 0x20) + name
    # A checksum of 0 is not looked at ([MS-CAB] 2.4).
    return header + folder + file + struct.pack("<IHH", 0, len(data), len(content)) + data


def arj(content: bytes) -> bytes:
    """Method 0, stored (technical note of ARJ)."""
    main = _arj_header(2, 0, 0, 0, b"archive.arj\0\0")
    file = _arj_header(0, len(content), len(content), zlib.crc32(content), NAME.encode() + b"\0\0")
    return main + file + content + b"\x60\xea\0\0"


def _arj_header(kind: int, packed: int, size: int, crc: int, names: bytes) -> bytes:
    first = struct.pack("<8BIIIIHHH", 30, 11, 1, 0, 0, 0, kind, 0, 0x5C210000, packed, size, crc, 0, 0x20, 0)
    body = first + names
    return struct.pack("<HH", 0xEA60, len(body)) + body + struct.pack("<IH", zlib.crc32(body), 0)


def lzh(content: bytes) -> bytes:
    """Level 0, method -lh0-: stored."""
    name = NAME.encode()
    rest = b"-lh0-" + struct.pack("<IIIBBB", len(content), len(content), 0x5C210000, 0x20, 0, len(name))
    rest += name + struct.pack("<H", _crc16(content))
    return bytes([len(rest), sum(rest) & 0xFF]) + rest + content + b"\0"


def _crc16(content: bytes) -> int:
    """CRC-16/ARC, reflected polynomial 0x8005."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc
