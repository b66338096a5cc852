"""Which kinds of container a content is, in the words of the self-test: what is blind there is not believed here.

Pure, from the first 64 KiB, libmagic's type, and for zips the directory. A kind that cannot be told from outside, such
as a depth, is given to all that may have it: only where the self-test shows it blind does that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from scanner.inspection.engine import Content
from scanner.inspection.lzma_alone import is_lzma_alone
from scanner.inspection.marks import FARTHEST, LOOKED_THROUGH, RTF, SHORTCUT, end_of, is_pdf
from scanner.inspection.selftest.mail_kind import find_mail, is_mail
from scanner.inspection.selftest.zip_kind import ZipKind, zip_kind


class Format(StrEnum):
    """The kinds that the self-test has samples of. A closed list: these are metric labels."""

    ZIP_STORED = "zip-stored"
    ZIP_DEFLATED = "zip-deflated"
    ZIP_DEFLATE64 = "zip-deflate64"
    ZIP_BZIP2 = "zip-bzip2"
    ZIP_LZMA = "zip-lzma"
    ZIP_XZ = "zip-xz"
    ZIP64 = "zip64"
    ZIP_SIZES_BEHIND = "zip-sizes-behind"
    ZIP_APPENDED = "zip-appended"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    ZSTD = "zstd"
    LZ4 = "lz4"
    LZIP = "lzip"
    COMPRESS = "compress"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    RAR4 = "rar4"
    RAR5 = "rar5"
    CAB = "cab"
    ARJ = "arj"
    LZH = "lzh"
    CPIO = "cpio"
    ISO = "iso"
    XAR = "xar"
    AR = "ar"
    DEB = "deb"
    WARC = "warc"
    OLE = "ole"
    MSG = "msg"
    OOXML = "ooxml"
    ODF = "odf"
    PDF = "pdf"
    RTF = "rtf"
    SHORTCUT = "lnk"
    EML = "eml"
    MBOX = "mbox"
    TNEF = "tnef"
    NESTED = "nested"
    """Archives in each other."""
    DEPTH_WITHIN = "depth-within"
    DEPTH_BEYOND = "depth-beyond"
    MEMBERS_WITHIN = "members-within"
    MEMBERS_BEYOND = "members-beyond"
    SIZE_WITHIN = "size-within"
    SIZE_BEYOND = "size-beyond"


METHODS = {
    0: Format.ZIP_STORED,
    8: Format.ZIP_DEFLATED,
    9: Format.ZIP_DEFLATE64,
    12: Format.ZIP_BZIP2,
    14: Format.ZIP_LZMA,
    95: Format.ZIP_XZ,
}
"""Of zip members (APPNOTE 4.4.5)."""
MANY_MEMBERS = 9_000
"""A zip with more may meet clamd's limit, which is 10,000 unless set (clamd.conf(5), MaxFiles)."""
LIMITED = frozenset({Format.NESTED, Format.DEPTH_WITHIN, Format.DEPTH_BEYOND})
OF_MEMBERS = frozenset({Format.MEMBERS_WITHIN, Format.MEMBERS_BEYOND})
OF_SIZE = frozenset({Format.SIZE_WITHIN, Format.SIZE_BEYOND})
"""Told by the number of bytes that was seen, not by this module."""

BY_HEAD = (
    (re.compile(rb"\x1f\x8b\x08"), Format.GZIP),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"), Format.BZIP2),
    (re.compile(rb"\xfd7zXZ\x00"), Format.XZ),
    # Properties, a dictionary of 64 KiB to 1 GiB, then the size: unknown, or below 1 TiB.
    (re.compile(rb"\x5d\x00\x00[\x00-\xff][\x00-\x40](?:\xff{8}|[\x00-\xff]{5}\x00{3})\x00", re.DOTALL), Format.LZMA),
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), Format.ZSTD),
    (re.compile(rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18"), Format.LZ4),
    (re.compile(rb"LZIP[\x00\x01]"), Format.LZIP),
    (re.compile(rb"\x1f\x9d[\x09-\x10\x89-\x90]"), Format.COMPRESS),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), Format.SEVEN_ZIP),
    (re.compile(rb"Rar!\x1a\x07\x00"), Format.RAR4),
    (re.compile(rb"Rar!\x1a\x07\x01\x00"), Format.RAR5),
    (re.compile(rb"MSCF\x00\x00\x00\x00"), Format.CAB),
    (re.compile(rb"..-l(?:h[0-7d]|z[s45])-", re.DOTALL), Format.LZH),
    (re.compile(rb"07070[127]|\xc7\x71|\x71\xc7"), Format.CPIO),
    (re.compile(rb"xar!"), Format.XAR),
    (re.compile(rb"!<arch>\n"), Format.AR),
    (re.compile(rb"!<arch>\ndebian"), Format.DEB),
    (re.compile(rb"WARC/\d"), Format.WARC),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Format.OLE),
    (re.compile(RTF), Format.RTF),
    (re.compile(SHORTCUT), Format.SHORTCUT),
    (re.compile(rb"From \S+[^\n]{0,200}\d\d:\d\d[^\n]{0,40}\n"), Format.MBOX),
    (re.compile(rb"\x78\x9f\x3e\x22"), Format.TNEF),
)
BY_PLACE = ((257, b"ustar\x00", Format.TAR), (257, b"ustar ", Format.TAR), (32_769, b"CD001", Format.ISO))
BY_TYPE = {
    "application/x-tar": Format.TAR,
    "application/x-arj": Format.ARJ,
    "application/x-lzma": Format.LZMA,
    "application/vnd.ms-outlook": Format.MSG,
    "application/warc": Format.WARC,
    "message/rfc822": Format.EML,
}
OUTLOOK = "__properties_version1.0".encode("utf-16-le")
OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.ms-")
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
DOCUMENTS = frozenset({Format.OLE, Format.MSG, Format.OOXML, Format.ODF, Format.PDF, Format.RTF, Format.SHORTCUT})
"""Kinds that may have other files in them."""
ARCHIVES = frozenset(Format) - LIMITED - OF_MEMBERS - OF_SIZE - DOCUMENTS
"""Kinds that are there to hold other files, of any kind."""
MAILS = frozenset({Format.EML, Format.MBOX})
"""Texts that anybody may write anything behind."""


def formats_of(content: Content, name: str = "") -> frozenset[Format]:
    """All kinds that this content is; none for what is no container. `name`: by which programs know a mail."""
    head, mime = content.head, content.facts.mime
    found = {kind for pattern, kind in BY_HEAD if pattern.match(head)}
    found |= {kind for place, mark, kind in BY_PLACE if head.startswith(mark, place)}
    if mime in BY_TYPE:
        found.add(BY_TYPE[mime])
    zipped = zip_kind(content)
    if is_mail(head, name) or (zipped is None and not found & ARCHIVES and _is_before_mail(content)):
        found.add(Format.EML)
    if is_lzma_alone(head):
        found.add(Format.LZMA)
    if is_pdf(head, mime, content.read_at(end_of(content.facts.size), FARTHEST)):
        found.add(Format.PDF)
    if Format.OLE in found and OUTLOOK in head:
        found.add(Format.MSG)
    if zipped is not None:
        found |= _of_zip(zipped, mime)
    return frozenset(found | _limited(found, zipped))


def _is_before_mail(content: Content) -> bool:
    return find_mail(content.read_at(0, LOOKED_THROUGH)) is not None


def any_of(patterns: Iterable[re.Pattern[bytes]]) -> re.Pattern[bytes]:
    """One that matches where one of these does. Of their flags, it knows DOTALL."""
    each = (b"(?s:%s)" % one.pattern if one.flags & re.DOTALL else b"(?:%s)" % one.pattern for one in patterns)
    return re.compile(b"|".join(each))


def _of_zip(zipped: ZipKind, mime: str) -> set[Format]:
    found = {METHODS[method] for method in zipped.methods if method in METHODS}
    if zipped.appended:
        found.add(Format.ZIP_APPENDED)
    if zipped.sizes_behind:
        found.add(Format.ZIP_SIZES_BEHIND)
    if zipped.sizes_64:
        found.add(Format.ZIP64)
    if mime.startswith(OFFICE):
        found.add(Format.OOXML)
    if mime.startswith(OPEN_DOCUMENT):
        found.add(Format.ODF)
    return found


def _limited(found: set[Format], zipped: ZipKind | None) -> frozenset[Format]:
    """Limits that an archive may go beyond, as far as nothing here tells the contrary."""
    if not found & ARCHIVES or found & {Format.OOXML, Format.ODF}:
        return frozenset()
    few = zipped is not None and zipped.members < MANY_MEMBERS
    return LIMITED if few else LIMITED | OF_MEMBERS
