"""Contents made to do harm to whoever opens them, each small and cheap to make."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

from demo.samples import zip_of
from tests.inspection.unpack.openers.office import types

MIB = 1024**2
GIB = 1024**3
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>'.encode()
QUADRATIC = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "%s">]><a>%s</a>' % (b"x" * 100_000, b"&x;" * 100_000)
FOREIGN = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>before &x; behind</a>'


def deflated_zeros(size: int) -> bytes:
    """A deflate stream of `size` zeros (of MiB), one thousandth as long: the same block over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block + again * (size // MIB - 1) + packer.flush()


def zip_of_zeros(size: int = 10 * GIB, names: tuple[str, ...] = ("zeros",)) -> bytes:
    """Every name an own member; sizes of 64 bits. The checksum is the right one where anybody could get to it."""
    data = deflated_zeros(size)
    crc = zlib.crc32(bytes(size)) if size <= 100 * MIB else 0
    members, directory = b"", b""
    for name in names:
        extra = struct.pack("<HHQQQ", 1, 24, size, len(data), len(members))
        sizes = struct.pack("<3I2H", crc, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra))
        local = struct.pack("<4s5H", b"PK\x03\x04", 45, 0, 8, 0, 0x5C21) + sizes + name.encode()
        directory += struct.pack("<4s6H", b"PK\x01\x02", 45, 45, 0, 8, 0, 0x5C21) + sizes
        directory += struct.pack("<3H2I", 0, 0, 0, 0, 0xFFFFFFFF) + name.encode() + extra
        members += local + extra + data
    return members + directory + end_64(len(names), len(directory), len(members))


def end_64(members: int, size: int, offset: int) -> bytes:
    """End records of 64 bits, for a directory that ends where they begin."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1)
    return record + locator + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)


def billion_entries() -> bytes:
    """One member, and a directory that claims a billion."""
    content = zip_of({"a": b"x"})
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    return content[:at] + entry + end_64(10**9, len(entry), at)


def many_entries(count: int = 150_000) -> bytes:
    """A directory that names the one member over and over."""
    content = zip_of({"a": b"x"})
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    return content[:at] + entry * count + end_64(count, len(entry) * count, at)


def overlapping() -> bytes:
    """Members that share one stretch of packed data: unpacked by each of them."""
    content = zip_of({"a": bytes(MIB)})
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    directory = b"".join(entry[:-1] + bytes([letter]) for letter in range(ord("a"), ord("z")))
    return content[:at] + directory + end_64(25, len(directory), at)


def forty_two(levels: int = 5, width: int = 16) -> bytes:
    """Zips in zips, sixteen in each, and zeros in the innermost."""
    content = zip_of({"zeros": bytes(4 * MIB)})
    for _ in range(levels):
        content = zip_of({f"{n}.zip": content for n in range(width)})
    return content


def tar_of(*infos: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info in infos:
            archive.addfile(info)
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.devmajor, info.devminor = kind, target, 1, 5
    return info


def links_and_devices() -> bytes:
    return tar_of(
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard", tarfile.LNKTYPE, "/etc/passwd"),
        special("link/behind", tarfile.REGTYPE),
        special("zero", tarfile.CHRTYPE),
        special("disk", tarfile.BLKTYPE),
        special("pipe", tarfile.FIFOTYPE),
    )


def zip_with_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("link")
        member.create_system, member.external_attr = 3, 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


def endless_hole() -> bytes:
    """A sparse file of eight exabytes, in two blocks."""
    header = bytearray(special("sparse", tarfile.REGTYPE).tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[386:398] = header[483:495] = b"\x80" + (2**62).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def wrong_checksum(content: bytes, of: bytes) -> bytes:
    crc = zlib.crc32(of).to_bytes(4, "little")
    assert crc in content
    return content.replace(crc, b"\1\2\3\4")


PACKED_ZEROS = {
    "gzip": lambda: gzip.compress(bytes(100 * MIB)),
    "bzip2": lambda: bz2.compress(bytes(100 * MIB)),
    "xz": lambda: lzma.compress(bytes(100 * MIB), preset=0),
}


def docx_of(document: bytes) -> bytes:
    return zip_of({"[Content_Types].xml": types(), "word/document.xml": document})


def odt_of(content: bytes) -> bytes:
    mime = b"application/vnd.oasis.opendocument.text"
    return zip_of({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": b"<manifest/>"})


def pdf_of(*objects: str, trailer: str = "/Root 1 0 R") -> bytes:
    """Numbered from 1, with a table of their places."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + body.encode("latin-1") + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return content + f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def pdf_with_circling_pages() -> bytes:
    catalog = "<< /Type /Catalog /Pages 2 0 R >>"
    return pdf_of(catalog, "<< /Type /Pages /Count 9999999 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>")


def pdf_with_circling_references() -> bytes:
    pages = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    return pdf_of("<< /Type /Catalog /Pages 2 0 R >>", pages, "4 0 R", "3 0 R")


def pdf_with_deep_arrays() -> bytes:
    pages = "<< /Type /Pages /Count 0 /Kids [] >>"
    return pdf_of("<< /Type /Catalog /Pages 2 0 R /Deep 3 0 R >>", pages, "[" * 100_000 + "]" * 100_000)


def pdf_with_circling_tables() -> bytes:
    content = pdf_of("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 0 /Kids [] >>")
    at = content.index(b"xref\n")
    return content.replace(b"/Root 1 0 R >>", f"/Root 1 0 R /Prev {at} >>".encode())


def pdf_with_packed_zeros() -> bytes:
    """Packed twice, as a filter of a stream may be repeated."""
    packed = zlib.compress(zlib.compress(bytes(500 * MIB), 9), 9).decode("latin-1")
    stream = f"<< /Length {len(packed)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n{packed}\nendstream"
    page = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 1 1] >>"
    return pdf_of("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page, stream)


def deep_mail(levels: int = 2000) -> bytes:
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(levels))
    return b"From: ann@example.com\nSubject: deep\nMIME-Version: 1.0\n" + parts + b"\nhello\n"


def mailbox(mails: int = 20_000) -> bytes:
    return b"From ann@example.com Thu Jan  1 00:00:00 2026\nFrom: a@example.com\n\nhello\n\n" * mails
