"""Documents in one file of XML, which libmagic takes for texts: what is embedded stands there in base64, and clamd, but
for some of Word's, sees the letters only. Also the file in which Office keeps macros beside XML, deflated.

Pure, from the first 64 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OF_ODF = (b"urn:oasis:names:tc:opendocument:xmlns:office:",)
OF_WORD = (b"schemas.microsoft.com/office/word/2003/wordml", b"schemas.microsoft.com/office/2006/xmlPackage")
"""In the namespaces of Word 2003 (WordprocessingML), and of the parts of an OOXML document in one file."""
ODF_ROOTS = (b"document",)
WORD_ROOTS = (b"wordDocument", b"package")
BLANK = re.compile(rb"[ \t\r\n]*+")
ROOT = re.compile(
    rb"<(?:[^\s<>/\"'=:]{1,200}:)?([^\s<>/\"'=:]{1,200})(?=[\s/>])((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)([\"']|\Z)?"
)
"""The name of an element without its prefix, its attributes, and whether they go on beyond what was seen."""
HEAD = 64 * 1024
"""Bytes: a shorter beginning is the whole content."""
ACTIVE_MIME = b"ActiveMime"
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
BLANKS = b"\xef\xbb\xbf \t\r\n"
ENDS = {b"<?": b"?>", b"<!--": b"-->", b"<!": b">"}


def is_flat(head: bytes) -> bool:
    """Any of these: whoever does not open it has not seen what is in it."""
    return head.startswith(ACTIVE_MIME) or is_flat_odf(head) or is_flat_word(head)


def is_flat_odf(head: bytes) -> bool:
    return _may_have_root(head, ODF_ROOTS, OF_ODF)


def is_flat_word(head: bytes) -> bool:
    return _may_have_root(head, WORD_ROOTS, OF_WORD)


def _may_have_root(head: bytes, names: Sequence[bytes], spaces: Sequence[bytes]) -> bool:
    """Whether the first element is called so and lies in such a namespace; where that cannot be seen, it may."""
    xml = _xml(head)
    if not xml:
        return False
    at = _behind_prolog(xml)
    if at is None:
        return len(head) >= HEAD
    if at < 0:
        return any(root[1] in names for root in ROOT.finditer(xml))
    root = ROOT.match(xml, at)
    if root is None or root[1] not in names:
        return False
    # A reference may stand for any letter of the namespace.
    return root[3] is not None or b"&" in root[2] or any(space in root[2] for space in spaces)


def _behind_prolog(xml: bytes) -> int | None:
    """Where the first element begins; None where that is not seen, and -1 where declarations stand before it, in which
    anything may look like the end of them."""
    at = 0
    while True:
        at = BLANK.match(xml, at).end()  # type: ignore[union-attr]  # it matches anything
        mark = next((each for each in (b"<?", b"<!--", b"<!") if xml.startswith(each, at)), None)
        if mark is None:
            return at if at < len(xml) else None
        found = xml.find(ENDS[mark], at + len(mark))
        if found < 0:
            return None
        if mark == b"<!" and b"[" in xml[at:found]:
            return -1
        at = found + len(ENDS[mark])


def _xml(head: bytes) -> bytes:
    """As UTF-8, where it may be XML; else empty."""
    encoding = WIDE.get(head[:2])
    if encoding is not None:
        return head.decode(encoding, "ignore").encode("utf-8", "ignore").lstrip(BLANKS)
    text = head.lstrip(BLANKS)
    return text if text.startswith(b"<") else b""
