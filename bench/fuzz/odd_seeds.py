"""Seeds of kinds that the self-test has no samples of: documents in one file of XML, an encrypted PDF, tars behind each
other, files in texts."""

from __future__ import annotations

import base64
import binascii
import io
import zlib

from pypdf import PdfWriter

from scanner.inspection.selftest.samples import archives, documents

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
WORD = "http://schemas.microsoft.com/office/word/2003/wordml"


def odd_seeds(payload: bytes) -> list[bytes]:
    coded = base64.b64encode(payload).decode()
    odf = f'<o:document xmlns:o="{OFFICE}"><o:binary-data>{coded}</o:binary-data></o:document>'
    xml = f'<w:wordDocument xmlns:w="{WORD}"><w:binData w:name="editdata.mso">{coded}</w:binData></w:wordDocument>'
    pdf, written = PdfWriter(clone_from=io.BytesIO(documents.pdf(payload))), io.BytesIO()
    pdf.encrypt("", "owner", algorithm="RC4-40")
    pdf.write(written)
    tars = archives.tar(payload) + archives.tar(payload)
    mso = b"ActiveMime".ljust(50, b"\1") + zlib.compress(payload)
    uu = b"begin 644 a\n" + binascii.b2a_uu(payload) + b"`\nend\n"
    shar = b"#!/bin/sh\nsed 's/^X//' << 'END' > a\nX" + payload + b"END\n"
    b64 = b"begin-base64 644 a\n" + base64.encodebytes(payload) + b"====\n"
    return [uu, b64, shar, odf.encode(), odf.encode("utf-16"), xml.encode(), mso, written.getvalue(), tars]
