"""PDFs of one page (ISO 32000-1) with one thing more, and a correct table of objects."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence


def pdf(text: str) -> bytes:
    """A line of text."""
    return _document(text, b"", [])


def pdf_with_javascript(script: str) -> bytes:
    """Runs as soon as the document is opened."""
    action = b"<< /S /JavaScript /JS " + _string(script) + b" >>"
    return _document("Hello", b"/OpenAction 5 0 R", [action])


def pdf_with_launch(program: str) -> bytes:
    """Starts the program as soon as the document is opened, once the reader has been asked."""
    action = b"<< /S /Launch /F " + _string(program) + b" >>"
    return _document("Hello", b"/OpenAction 5 0 R", [action])


def pdf_with_embedded_files(members: Mapping[str, bytes]) -> bytes:
    """Deflated (7.11.4)."""
    objects: list[bytes] = []
    names = b""
    for name, content in sorted(members.items()):
        number = 5 + len(objects)
        names += _string(name) + b" %d 0 R " % number
        file = b"<< /Type /Filespec /F %s /UF %s /EF << /F %d 0 R >> >>"
        objects += [file % (_string(name), _string(name), number + 1), _embedded(content)]
    return _document("Hello", b"/Names << /EmbeddedFiles << /Names [%s] >> >>" % names, objects)


def _embedded(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    head = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d /Params << /Size %d >> >>"
    return head % (len(packed), len(content)) + b"\nstream\n" + packed + b"\nendstream"


def _document(text: str, catalog: bytes, more: Sequence[bytes]) -> bytes:
    shown = b"BT /F1 12 Tf 72 720 Td " + _string(text) + b" Tj ET"
    font = b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font %s >> >>" % font,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        *more,
    ]
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def _string(text: str) -> bytes:
    """7.3.4: as letters where they are Latin, else as digits of UTF-16."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"
    for special in (b"\\", b"(", b")"):
        raw = raw.replace(special, b"\\" + special)
    return b"(" + raw.replace(b"\r", b"\\r") + b")"
