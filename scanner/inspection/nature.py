"""What opening a content could bring, by its type and a look at both its ends: so that most are never taken apart.

In doubt, opening could bring something. The kinds named here are those that certainly hold nothing.
"""

from __future__ import annotations

import re

from scanner.inspection.cms_text import cms_kind
from scanner.inspection.engine import Content
from scanner.inspection.flat import is_flat
from scanner.inspection.marks import FARTHEST as FARTHEST_MARK
from scanner.inspection.marks import LOOKED_THROUGH, RTF, SHORTCUT, end_of, is_pdf
from scanner.inspection.selftest.mail_kind import find_mail, is_mail
from scanner.inspection.unpack.openers.text import wide_encoding
from scanner.inspection.within import gap_within
from scanner.rulebook.facts import Nature

TAIL = 64 * 1024 + 22
"""Bytes at the end in which a zip's directory must end."""
ZIP_END = b"PK\x05\x06"
LARGEST_DIRECTORY = 1024**2
"""Bytes of a zip's directory in which names are looked for."""
PLAIN = re.compile(
    r"text/(?!html|rtf)[a-z0-9.+-]+|image/(?!svg)[a-z0-9.+-]+|(?:audio|video|font)/[a-z0-9.+-]+"
    r"|application/(?:json|x-ndjson|javascript|x-empty|x-sqlite3|pgp-keys|pgp-signature)|inode/x-empty"
)
"""Types of what holds nothing, unless something else below says that it does."""
OPENED_BY_NAME = (".html", ".htm", ".xhtml", ".shtml", ".hta", ".svg")
WRAPPING = re.compile(
    r"application/(?:pdf|rtf|msword|cdfv2|x-ole-storage|mbox|xhtml\+xml|x-ms-shortcut|encrypted)"
    r"|application/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|ms-).*"
    r"|text/(?:rtf|html)|message/.*|image/svg\+xml",
    re.IGNORECASE,
)
"""Types whose text lies packed, in pieces or coded."""
BY_HEAD = re.compile(rb"%s|%s|From [^\n]{1,300}\n|\xd0\xcf\x11\xe0" % (RTF, SHORTCUT))
POLYGLOT = ((257, b"ustar"), (32_769, b"CD001"), (32_769, b"BEA01"))
"""What makes a tar or a disk image, whatever stands before it."""
PARTS = (b"[content_types].xml", b"meta-inf/manifest.xml")
"""Which a zip has that is a document."""


def nature_of(content: Content, name: str) -> Nature:
    facts = content.facts
    if facts.size == 0:
        return Nature(hollow=True)
    wrapped = _wrapped(content, name.casefold())
    return Nature(not wrapped and _hollow(content, name), wrapped)


def _hollow(content: Content, name: str) -> bool:
    if PLAIN.fullmatch(content.facts.mime) is None or _ends_as_zip(content):
        return False
    if any(content.head.startswith(mark, place) for place, mark in POLYGLOT):
        return False
    if cms_kind(content.head) is not None or gap_within(content, name) is not None:
        return False
    return find_mail(content.read_at(0, LOOKED_THROUGH)) is None


def _wrapped(content: Content, name: str) -> bool:
    head, mime = content.head, content.facts.mime
    if WRAPPING.fullmatch(mime) or name.endswith(OPENED_BY_NAME) or BY_HEAD.match(head):
        return True
    if head.startswith(b"PK"):
        names = _directory(content).lower()
        return any(part in names for part in PARTS)
    if is_pdf(head, mime, content.read_at(end_of(content.facts.size), FARTHEST_MARK)):
        return True
    return wide_encoding(head) is not None or is_mail(head, name) or is_flat(head)


def _directory(content: Content) -> bytes:
    """Of a zip, as its end says where it is; its beginning, where there is no end."""
    start = max(0, content.facts.size - TAIL)
    tail = content.read_at(start, TAIL)
    end = tail.rfind(ZIP_END)
    if end < 0 or end + 22 > len(tail):
        return content.head
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    # Whatever lies before the zip, the directory ends where its end begins (APPNOTE 4.3.6).
    return content.read_at(max(0, start + end - size), min(size, LARGEST_DIRECTORY))


def _ends_as_zip(content: Content) -> bool:
    return ZIP_END in content.read_at(max(0, content.facts.size - TAIL), TAIL)
