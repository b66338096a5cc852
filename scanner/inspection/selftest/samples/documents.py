"""Documents with a file in them, where their formats have a place for one."""

from __future__ import annotations

import io
import struct
import zipfile

from scanner.rulebook.samples.archives import zip_of
from scanner.rulebook.samples.pdf import pdf_with_embedded_files
from scanner.rulebook.samples.rtf import rtf_with_objects
from scanner.rulebook.samples.shortcuts import shortcut

NAME = "payload.com"
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
    """One page, and an embedded file."""
    return pdf_with_embedded_files({NAME: content})


def encrypted_pdf(content: bytes) -> bytes:
    """Encrypted, and opened without a password: it only asks not to be changed. Its file is not packed."""
    from pypdf import PdfWriter  # noqa: PLC0415 -- 80 ms that the start of the service does not wait for

    writer, out = PdfWriter(clone_from=io.BytesIO(pdf(b"An innocent file.\n"))), io.BytesIO()
    writer.add_attachment("other.com", content)
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def rtf(content: bytes) -> bytes:
    """A packaged file as an object."""
    return rtf_with_objects({NAME: content})


def shortcut_with(content: bytes) -> bytes:
    """Behind its end, from where what it starts would take it."""
    return shortcut("%ComSpec%", "/c rem") + content
