"""Documents in one file of XML, which libmagic takes for texts: what is embedded stands there in base64, and clamd, but
for some of Word's, sees the letters only. Also the file in which Office keeps macros beside XML, deflated.

Pure, from the first 64 KiB.
"""

from __future__ import annotations

import re

OF_ODF = b"urn:oasis:names:tc:opendocument:xmlns:office:"
"""In each OpenDocument; looked for first, since a word is found faster than a pattern."""
OF_WORD = (b"schemas.microsoft.com/office/word/2003/wordml", b"schemas.microsoft.com/office/2006/xmlPackage")
"""Word 2003 (WordprocessingML), and the parts of an OOXML document in one file."""
ODF = re.compile(rb"<(?:[\w.-]{1,50}:)?document\s[^>]{0,8000}\burn:oasis:names:tc:opendocument:xmlns:office:")
WORD = re.compile(
    rb"<(?:[\w.-]{1,50}:)?(?:wordDocument|package)\s[^>]{0,8000}\bschemas\.microsoft\.com/office/(?:word/2003/wordml|2006/xmlP)"
)
ACTIVE_MIME = b"ActiveMime"
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
BLANKS = b"\xef\xbb\xbf \t\r\n"


def is_flat(head: bytes) -> bool:
    """Any of these: whoever does not open it has not seen what is in it."""
    return head.startswith(ACTIVE_MIME) or is_flat_odf(head) or is_flat_word(head)


def is_flat_odf(head: bytes) -> bool:
    xml = _xml(head)
    return OF_ODF in xml and ODF.search(xml) is not None


def is_flat_word(head: bytes) -> bool:
    xml = _xml(head)
    return any(word in xml for word in OF_WORD) and WORD.search(xml) is not None


def _xml(head: bytes) -> bytes:
    """As UTF-8, where it may be XML; else empty."""
    encoding = WIDE.get(head[:2])
    if encoding is not None:
        return head.decode(encoding, "ignore").encode("utf-8", "ignore")
    return head if head.lstrip(BLANKS).startswith(b"<") else b""
