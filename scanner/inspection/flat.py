"""Documents in one file of XML, which libmagic takes for texts: what is embedded stands there in base64, and clamd, but
for some of Word's, sees the letters only. Also the file in which Office keeps macros beside XML, deflated.

Pure, from the first 64 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

ODF_ROOTS = {b"document": (b"urn:oasis:names:tc:opendocument:xmlns:office:",)}
OF_WORD = (b"schemas.microsoft.com/office/word/2003/wordml", b"schemas.microsoft.com/office/2006/xmlPackage")
"""In the namespaces of Word 2003 (WordprocessingML), and of the parts of an OOXML document in one file."""
WORD_ROOTS = {b"wordDocument": OF_WORD, b"package": OF_WORD}
ROOTS = {**ODF_ROOTS, **WORD_ROOTS}
"""First elements without prefix, and in whose namespaces they are those of documents."""
BLANK = re.compile(rb"[ \t\r\n]*+")
NAME = rb"<(?:[^\s<>/\"'=:]++:)*+([^\s<>/\"'=:]++)(?=[\s/>]|\Z)"
NAMES = re.compile(NAME)
ROOT = re.compile(NAME + rb"((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)([\"']|\Z)?")
"""The name of an element without its prefix, its attributes, and whether they go on beyond what was seen."""
PLAIN_DOCTYPE = re.compile(rb"<!DOCTYPE(?:[^\[<>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
"""Without declarations of its own, in whose quotes and comments anything may look like their end."""
HEAD = 64 * 1024
"""Bytes: a shorter beginning is the whole content."""
ACTIVE_MIME = b"ActiveMime"
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
BLANKS = b"\xef\xbb\xbf \t\r\n"
ENDS = {b"<?": b"?>", b"<!--": b"-->"}
DECLARED = -1

Roots = Mapping[bytes, Sequence[bytes]]


def is_flat(head: bytes) -> bool:
    """Any of these: whoever does not open it has not seen what is in it."""
    return head.startswith(ACTIVE_MIME) or _may_have_root(head, ROOTS)


def is_flat_odf(head: bytes) -> bool:
    return _may_have_root(head, ODF_ROOTS)


def is_flat_word(head: bytes) -> bool:
    return _may_have_root(head, WORD_ROOTS)


def _may_have_root(head: bytes, roots: Roots) -> bool:
    """Whether the first element is called so and lies in such a namespace; where that cannot be seen, it may."""
    xml, goes_on = _xml(head), len(head) >= HEAD
    if not xml:
        return False
    at = _behind_prolog(xml)
    if at is None:
        return goes_on
    if at == DECLARED:
        return goes_on or any(name[1] in roots for name in NAMES.finditer(xml))
    root = ROOT.match(xml, at)
    if root is None or root.end(1) == len(xml):
        return goes_on and xml.find(b">", at) < 0
    return root[1] in roots and _lies_in(root, roots[root[1]])


def _lies_in(root: re.Match[bytes], spaces: Sequence[bytes]) -> bool:
    # A reference may stand for any letter of the namespace.
    return root[3] is not None or b"&" in root[2] or any(space in root[2] for space in spaces)


def _behind_prolog(xml: bytes) -> int | None:
    """Where the first element begins; None where that is not seen, DECLARED where declarations stand before it."""
    at = 0
    while True:
        at = BLANK.match(xml, at).end()  # type: ignore[union-attr]  # it matches anything
        if doctype := PLAIN_DOCTYPE.match(xml, at):
            at = doctype.end()
            continue
        mark = next((each for each in ENDS if xml.startswith(each, at)), None)
        if mark is None:
            return DECLARED if xml.startswith(b"<!", at) else at if at < len(xml) else None
        found = xml.find(ENDS[mark], at + len(mark))
        if found < 0:
            return None
        at = found + len(ENDS[mark])


def _xml(head: bytes) -> bytes:
    """As UTF-8, where it may be XML; else empty."""
    encoding = WIDE.get(head[:2])
    if encoding is not None:
        return head.decode(encoding, "ignore").encode("utf-8", "ignore").lstrip(BLANKS)
    text = head.lstrip(BLANKS)
    return text if text.startswith(b"<") else b""
