"""By what RTF, PDF, shortcuts and stores of mails are known, for all who ask: what one took for one and another did not
would be clean.

As generous as the most generous program that opens them. Pure.
"""

from __future__ import annotations

import re

RTF = rb"[\x00\s]*+\{\\rt"
"""Regular expression; as much of `{\\rtf1` as Word insists on."""
SHORTCUT = rb"L\x00{3}\x01\x14\x02\x00{5}\xc0\x00{6}F"
"""Regular expression; size and class, without which Windows takes it for none ([MS-SHLLINK] 2.1)."""
MAIL_STORE = rb"!BDN|\xcf\xad\x12\xfe\xc5\xfd\x74\x6f|\x1a\x00\x00\x04\x00\x00"
"""Regular expression; of Outlook (.pst, .ost; [MS-PST] 2.2.2.6), Outlook Express (.dbx) and Notes (.nsf)."""
PDF_HEAD = re.compile(rb"%(?:PDF-|!PS-Adobe-[0-9.]{1,9} PDF-)")
"""Acrobat takes the second for one, too (ISO 32000-1, annex H.3, note 13)."""
PDF_END = re.compile(rb"startxref[\x00\s]*+\d")
"""Enough for poppler, which needs no header."""
FARTHEST = 1024
"""Bytes from either end in which those are looked for."""
LOOKED_THROUGH = 4 * 1024**2
"""Bytes from the beginning in which is looked for what stands within another content, by the service and by openers."""


def any_word(*words: bytes) -> bytes:
    """Regular expression of the linear engine, for bytes, that finds one of these wherever it stands."""
    return b"|".join(b"".join(b"\\x%02x" % byte for byte in word) for word in words)


def is_pdf(head: bytes, mime: str, end: bytes) -> bool:
    """`mime`: as libmagic sees the head. `end`: the last FARTHEST bytes."""
    return begins_as_pdf(head, mime) or (b"startxref" in end and PDF_END.search(end) is not None)


def begins_as_pdf(head: bytes, mime: str) -> bool:
    return mime == "application/pdf" or PDF_HEAD.search(head, 0, FARTHEST + 5) is not None


def end_of(size: int) -> int:
    """Where the end begins that `is_pdf` asks for."""
    return max(0, size - FARTHEST)
