"""Signed, packed and encrypted messages (CMS, RFC 5652; also .p7m), and contents with a time stamp (RFC 5544; .tsd):
what they hold stands within, behind other bytes, and clamd looks at the beginning of a content only.

Pure. One that signs or stamps what lies elsewhere, or holds certificates only, holds nothing.
"""

from __future__ import annotations

import binascii
import re
from enum import Enum
from typing import NamedTuple

BEGIN = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83.{3}|\x84.{4})\x06"
    rb"(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07([\x01-\x06])|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01([\x09\x17\x1f]))",
    re.DOTALL,
)
"""A sequence that begins with the name of one of the kinds."""
PEM = re.compile(rb"^-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----([^-]*+)", re.MULTILINE)
DASHES = b"-----BEGIN "
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
FOREIGN = bytes(set(range(256)) - set(LETTERS))
BASE64 = re.compile(rb"[\xef\xbb\xbf\s]*+M[A-I][A-Za-z0-9+/\s]{24,100}")
"""How the base64 of a sequence begins."""
HEAD = 64 * 1024
SEQUENCE, SET, WITHIN = 0x30, 0x31, 0xA0
OCTETS, PARTS, ADDRESS = 0x04, 0x24, 0x16


class Kind(Enum):
    SIGNED = "signed"
    PACKED = "packed"
    LOCKED = "locked"
    STAMPED = "stamped"
    DATA = "data"


KINDS = {1: Kind.DATA, 2: Kind.SIGNED, 5: Kind.SIGNED, 3: Kind.LOCKED, 4: Kind.LOCKED, 6: Kind.LOCKED}
"""By the last number of PKCS #7's; 4 is also enveloped, and 5, which has gone out of use, digested or signed."""
OTHERS = {9: Kind.PACKED, 23: Kind.LOCKED, 31: Kind.STAMPED}
"""By the last number of S/MIME's."""


class Element(NamedTuple):
    tag: int
    start: int
    """Of what it holds."""
    end: int
    """Of all, where it says no length: that of the content."""
    open: bool
    """It says no length."""


def cms_kind(head: bytes) -> Kind | None:
    """Of a content that begins with `head` (64 KiB); None where it is none, or holds nothing. In doubt it does."""
    der = binary(head)
    kind = kind_of(der)
    if kind not in (Kind.SIGNED, Kind.STAMPED):
        return kind
    try:
        return kind if content_at(der, kind) is not None else None
    except ValueError:
        return kind


def binary(content: bytes) -> bytes:
    """Without the letters that it may be written in; empty for what is no CMS."""
    if BEGIN.match(content) is not None:
        return content
    found = PEM.search(content) if DASHES in content else None
    begin = found[1][:100] if found is not None else _begin(content)
    if BEGIN.match(_decoded(begin)) is None:
        return b""
    return _decoded(found[1] if found is not None else content)


def _begin(content: bytes) -> bytes:
    begin = BASE64.match(content)
    return begin[0] if begin is not None else b""


def _decoded(coded: bytes) -> bytes:
    letters = coded.translate(None, FOREIGN)
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4])


def kind_of(der: bytes) -> Kind | None:
    begin = BEGIN.match(der)
    if begin is None:
        return None
    if begin[1]:
        return KINDS[begin[1][0]]
    return OTHERS[begin[2][0]]


def content_at(der: bytes, kind: Kind) -> Element | None:
    """What one holds that is not encrypted: all else of the format stands around it. Raises ValueError for damage."""
    begin = BEGIN.match(der)
    outer = element(der, begin.end() if begin is not None else 0, WITHIN)
    if kind is Kind.DATA:
        return outer
    body = element(der, outer.start, SEQUENCE)
    at = element(der, body.start).end  # the version
    if kind is Kind.STAMPED:
        return _stamped(der, at, body.end)
    names = element(der, at)
    if names.open:
        raise ValueError("CMS: names of algorithms without an end")
    inner = element(der, names.end, SEQUENCE)
    at = element(der, inner.start).end  # the kind of what it holds
    if at >= inner.end or der[at : at + 1] != bytes([WITHIN]):
        return None
    return element(der, at, WITHIN)


def _stamped(der: bytes, at: int, end: int) -> Element | None:
    """Behind where it was found and what is known of it, both of which may be missing."""
    for tag in (ADDRESS, SEQUENCE):
        if at < end and der[at : at + 1] == bytes([tag]):
            at = element(der, at, tag).end
    if at >= end or der[at] not in (OCTETS, PARTS):
        return None
    octets = element(der, at)
    return octets if octets.tag == PARTS else Element(WITHIN, at, octets.end, False)


def element(der: bytes, at: int, tag: int | None = None) -> Element:
    """The one that begins there. Raises ValueError where there is none, or another than `tag`."""
    head = der[at : at + 10]
    if len(head) < 2 or head[0] & 0x1F == 0x1F or tag not in (None, head[0]):
        raise ValueError(f"CMS: no element of the kind {tag} at {at}")
    size = head[1]
    if size <= 0x80:
        start = at + 2
        return Element(head[0], start, len(der) if size == 0x80 else start + size, size == 0x80)
    start = at + 2 + (size & 0x7F)
    if size & 0x7F > 8 or start > at + len(head):
        raise ValueError(f"CMS: cut off at {at}")
    return Element(head[0], start, start + int.from_bytes(der[at + 2 : start]), False)
