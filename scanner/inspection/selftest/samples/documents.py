"""Documents with a file in them, where their formats have a place for one."""

from __future__ import annotations

import struct
import zipfile
import zlib

from scanner.inspection.selftest.samples.zips import zip_of

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def docx(content: bytes) -> bytes:
    document = b'<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body/></w:document>'
    return _package("word/document.xml", document, "word/embeddings/oleObject1.bin", content)


def xlsx(content: bytes) -> bytes:
    book = b'<?xml version="1.0"?><workbook><sheets/></workbook>'
    return _package("xl/workbook.xml", book, "xl/embeddings/oleObject1.bin", content)


def _package(part: str, body: bytes, embedding: str, content: bytes) -> bytes:
    return zip_of({"[Content_Types].xml": TYPES, "_rels/.rels": b"<Relationships/>", part: body, embedding: content})


def odt(content: bytes) -> bytes:
    """Its type comes first and is not packed (OpenDocument 1.2, part 3, 3.3)."""
    mime = "application/vnd.oasis.opendocument.text"
    first = zip_of({"mimetype": mime.encode()}, zipfile.ZIP_STORED)
    rest = {"content.xml": b"<office:document-content/>", "Object 1": content}
    return _joined(first, zip_of(rest))


def _joined(first: bytes, second: bytes) -> bytes:
    """Two zips as one: the members, then both directories, with the second's offsets moved."""
    (count_a, size_a, start_a), (count_b, size_b, start_b) = _end(first), _end(second)
    directory = bytearray(second[start_b : start_b + size_b])
    position = 0
    while position < len(directory):
        lengths = struct.unpack_from("<3H", directory, position + 28)
        (offset,) = struct.unpack_from("<I", directory, position + 42)
        struct.pack_into("<I", directory, position + 42, offset + start_a)
        position += 46 + sum(lengths)
    both = first[start_a : start_a + size_a] + bytes(directory)
    count = count_a + count_b
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(both), start_a + start_b, 0)
    return first[:start_a] + second[:start_b] + both + end


def _end(archive: bytes) -> tuple[int, int, int]:
    """Number of members, bytes of the directory and where it begins."""
    _, _, _, _, count, size, start, _ = struct.unpack("<4s4H2IH", archive[-22:])
    return count, size, start


def pdf(content: bytes) -> bytes:
    """One page, and an embedded file whose stream is deflated (ISO 32000-1, 7.11.4)."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(payload.com) 4 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
        b"<< /Type /Filespec /F (payload.com) /EF << /F 5 0 R >> >>",
        b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d /Params << /Size %d >> >>\nstream\n%s\nendstream"
        % (len(packed), len(content), packed),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def rtf(content: bytes) -> bytes:
    """A packaged file as an object, in hexadecimal digits ([MS-OLEDS] 2.2.5)."""
    label = b"payload.com\0"
    native = struct.pack("<H", 2) + label + label + struct.pack("<HHI", 0, 3, len(label)) + label
    native += struct.pack("<I", len(content)) + content + b"\0\0"
    name = b"Package\0"
    embedded = struct.pack("<3I", 0x501, 2, len(name)) + name + struct.pack("<3I", 0, 0, len(native)) + native
    digits = embedded.hex().encode()
    return b"{\\rtf1\\ansi Hello{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata " + digits + b"}}\\par}"
