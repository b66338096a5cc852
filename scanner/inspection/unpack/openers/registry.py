"""Which openers look at a content: by its first bytes, its type or its name, whichever speaks for one.

Several may, in the order of the table: of an OOXML file one tells traits and text, another hands on the members of the
zip. Members are handed on by one opener only, or they would be counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.flat import is_flat_odf, is_flat_word
from scanner.inspection.marks import LOOKED_THROUGH, RTF, SHORTCUT, end_of, is_pdf
from scanner.inspection.selftest.formats import any_of
from scanner.inspection.selftest.mail_kind import is_mail
from scanner.inspection.unpack.openers.archive import ends_as_zip, open_archive, open_program
from scanner.inspection.unpack.openers.behind import has_archive_behind, open_behind
from scanner.inspection.unpack.openers.cms import is_cms, open_cms
from scanner.inspection.unpack.openers.coded import has_coded, open_coded
from scanner.inspection.unpack.openers.compressed import open_compressed
from scanner.inspection.unpack.openers.ends import open_rest_of_arj, open_rest_of_lz4
from scanner.inspection.unpack.openers.flat_word import open_active_mime, open_flat_word
from scanner.inspection.unpack.openers.html import open_html
from scanner.inspection.unpack.openers.late_archive import has_late, open_late
from scanner.inspection.unpack.openers.lzma_alone import has_lzma_alone, open_lzma_alone
from scanner.inspection.unpack.openers.mail import open_mail
from scanner.inspection.unpack.openers.mail_behind import has_mail_behind, open_mail_behind
from scanner.inspection.unpack.openers.msg import is_message, open_msg
from scanner.inspection.unpack.openers.odf import open_odf
from scanner.inspection.unpack.openers.ole import open_ole
from scanner.inspection.unpack.openers.ooxml import open_ooxml
from scanner.inspection.unpack.openers.package import has_part
from scanner.inspection.unpack.openers.packed_script import has_packed_behind, open_packed
from scanner.inspection.unpack.openers.pdf import open_pdf
from scanner.inspection.unpack.openers.rtf import open_rtf
from scanner.inspection.unpack.openers.shortcut import open_shortcut
from scanner.inspection.unpack.openers.text import open_text, wide_encoding
from scanner.inspection.unpack.openers.tnef import open_tnef
from scanner.inspection.unpack.openers.unopened import is_unopened, open_nothing
from scanner.inspection.unpack.openers.zip_end import has_zip_end, open_zip_end
from scanner.inspection.unpack.opening import Opener, Source
from scanner.inspection.within import has_word


@dataclass(frozen=True, slots=True)
class Row:
    """One opener, and what speaks for it; one of these is enough."""

    opener: Opener
    heads: str = ""
    """Regular expression that matches at the first byte; `.` matches any byte."""
    types: tuple[str, ...] = ()
    """Patterns of MIME types."""
    suffixes: tuple[str, ...] = ()
    """Of the name, without the dot, in small letters."""
    sight: Callable[[Source], bool] | None = None
    within: bool = False
    """Its sight is of what stands within another content, and is always known by a word there."""


def _wide(source: Source) -> bool:
    return wide_encoding(source.head) is not None


def _mail(source: Source) -> bool:
    return is_mail(source.head, source.name)


def _pdf(source: Source) -> bool:
    source.file.seek(end_of(source.size))
    return is_pdf(source.head, source.mime, source.file.read())


def _office(source: Source) -> bool:
    return has_part(source, "[content_types].xml")


def _open_document(source: Source) -> bool:
    return is_flat_odf(source.head) or has_part(source, "meta-inf/manifest.xml", "content.xml")


def _flat_word(source: Source) -> bool:
    return is_flat_word(source.head)


ROWS = (
    Row(open_ooxml, types=("application/vnd.openxmlformats-officedocument.*",), sight=_office),
    Row(open_odf, types=("application/vnd.oasis.opendocument.*",), sight=_open_document),
    Row(
        open_archive,
        heads=r"PK(?:\x03\x04|\x05\x06|\x07\x08|00PK\x03\x04)|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07[\x00\x01]|MSCF\x00{4}"
        r"|.{257}ustar[\x00 ]|..-l(?:h[0-7d]|z[s45])-|07070[127]|\xc7\x71|\x71\xc7|xar!|!<arch>\n|\xed\xab\xee\xdb"
        r"|.{32769}(?:CD001|BEA01)|WARC/\d",
        types=("application/x-tar", "application/x-iso9660-image", "application/x-rpm"),
    ),
    Row(
        open_compressed,
        heads=r"\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|\x02\x21\x4c\x18|\x1f\x9d|LZIP\x01"
        r"|\x5d\x00\x00[\x00-\xff][\x00-\x40](?:\xff{8}|[\x00-\xff]{5}\x00{3})\x00",
    ),
    Row(open_lzma_alone, sight=has_lzma_alone),
    Row(open_rest_of_lz4, heads=r"\x04\x22\x4d\x18|\x02\x21\x4c\x18"),
    Row(open_rest_of_arj, heads=r"\x60\xea.{8}[\x00-\x02]"),
    Row(open_program, heads=r"MZ|\x7fELF|#!", sight=ends_as_zip),
    Row(open_zip_end, sight=has_zip_end, within=True),
    Row(open_behind, sight=has_archive_behind, within=True),
    Row(open_late, sight=has_late),
    Row(open_coded, sight=has_coded, within=True),
    Row(open_cms, sight=is_cms),
    Row(open_packed, sight=has_packed_behind, within=True),
    Row(open_ole, heads=r"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    Row(open_msg, sight=is_message),
    Row(open_pdf, sight=_pdf),
    Row(open_rtf, heads=RTF.decode()),
    Row(
        open_mail,
        heads=r"From [^\n]{1,300}\n",
        types=("message/*", "application/mbox"),
        sight=_mail,
    ),
    Row(open_mail_behind, sight=has_mail_behind, within=True),
    Row(
        open_html,
        types=("text/html", "application/xhtml+xml", "image/svg+xml"),
        suffixes=("html", "htm", "xhtml", "shtml", "hta", "svg"),
    ),
    Row(open_flat_word, sight=_flat_word),
    Row(open_active_mime, heads="ActiveMime"),
    Row(open_shortcut, heads=SHORTCUT.decode()),
    Row(open_tnef, heads=r"\x78\x9f\x3e\x22"),
    Row(open_nothing, sight=is_unopened),
    Row(open_text, sight=_wide),
)


def openers_for(source: Source) -> tuple[Opener, ...]:
    """In the order in which they look; none for what is no container."""
    by_type, by_head = _by_type(source.mime), _ANY_HEAD.match(source.head) is not None
    suffix = source.name.rpartition(".")[2].casefold()
    wordless = _is_wordless(source)
    return tuple(
        row.opener
        for row, head, typed in zip(ROWS, _HEADS, by_type, strict=True)
        if typed
        or (by_head and head is not None and head.match(source.head))
        or suffix in row.suffixes
        or (row.sight is not None and not (row.within and wordless) and row.sight(source))
    )


def _is_wordless(source: Source) -> bool:
    """Nothing that a word tells of stands within it; of an archive, whose members are asked, that is not looked for."""
    if source.size > LOOKED_THROUGH or is_archive(source.head, source.mime):
        return False
    return not has_word(source.beginning())


_HEADS = tuple(re.compile(row.heads.encode("ascii"), re.DOTALL) if row.heads else None for row in ROWS)
_ANY_HEAD = any_of(head for head in _HEADS if head is not None)
"""Most contents begin like none of them."""
_TYPES = tuple(re.compile("|".join(map(translate, row.types))) if row.types else None for row in ROWS)


@lru_cache(maxsize=256)
def _by_type(mime: str) -> tuple[bool, ...]:
    """For each row, whether the type speaks for it."""
    return tuple(bool(types and types.match(mime)) for types in _TYPES)
