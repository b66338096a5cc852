"""What stands within a content that is no archive, where clamd does not look for it: in one table, for all who ask.

Pure but for reading.
"""

from __future__ import annotations

import threading

import re2

from scanner.inspection import archive_behind, coded_text, late_archive, packed_script, zip_end
from scanner.inspection.archive_behind import find_archive, is_archive
from scanner.inspection.coded_text import has_coded_file
from scanner.inspection.engine import Content
from scanner.inspection.late_archive import find_late, is_late_without_word
from scanner.inspection.marks import LOOKED_THROUGH
from scanner.inspection.packed_script import behind_first_line, has_packed
from scanner.inspection.selftest import mail_kind
from scanner.inspection.selftest.mail_kind import find_mail, is_mail
from scanner.inspection.zip_directory import find_directory
from scanner.inspection.zip_end import find_zips
from scanner.model import Gap, Unscannable

BEHIND = Gap(Unscannable.FORMAT, "a rar or 7z behind something else, where clamd does not look for one")
LATE = Gap(Unscannable.FORMAT, "a tar, cpio or lzh behind something else, where clamd does not look for one")
CODED = Gap(
    Unscannable.FORMAT,
    "files in a text (uuencode, base64, yEnc, shar, a card), which clamd decodes in mails at most",
)
PACKED = Gap(Unscannable.FORMAT, "a script with something packed behind it, which clamd does not unpack")
ZIP_WITHIN = Gap(Unscannable.FORMAT, "a zip with something before it and behind its end")
TOLD_BY = [one.TOLD_BY for one in (archive_behind, late_archive, coded_text, zip_end, mail_kind)]
_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1  # one byte is one character
WORDS = re2.compile(b"|".join(TOLD_BY), _BYTES)
"""One look for the words of all: most contents have none, and each look of its own takes as long as this one."""
WORDS_OF_SCRIPTS = re2.compile(b"|".join((*TOLD_BY, packed_script.TOLD_BY)), _BYTES)
"""Other contents have those of what is packed, too, where they mean nothing."""


def is_anything_within(data: bytes) -> bool:
    """In the first bytes of a content, LOOKED_THROUGH or all; a mail behind something else, too."""
    worded = has_word(data)
    return _gap(data, worded=worded) is not None or (worded and find_mail(data) is not None)


def gap_within(content: Content, name: str = "") -> Gap | None:
    """None for an archive: what stands further on is its members' then, or behind its end."""
    if is_archive(content.head, content.facts.mime):
        return None
    asked = (content.facts.sha256, content.facts.mime, name)
    if asked != _last.asked:
        _last.gap, _last.asked = _looked_for(content, name), asked
    return _last.gap


class _Last(threading.local):
    """Two ask about each content, one after the other, and it may take 50 ms."""

    asked: tuple[str, str, str] | None = None
    gap: Gap | None = None


_last = _Last()


def _looked_for(content: Content, name: str) -> Gap | None:
    data = content.read_at(0, LOOKED_THROUGH)
    worded = has_word(data)
    if (worded or content.facts.size > len(data)) and _has_zip_within(content):
        return ZIP_WITHIN
    return _gap(data, worded=worded, of_mail=is_mail(content.head, name))


def _gap(data: bytes, *, worded: bool, of_mail: bool = False) -> Gap | None:
    if worded:
        return gap_by_looks(data, of_mail=of_mail)
    return LATE if is_late_without_word(data) else None


def gap_by_looks(data: bytes, *, of_mail: bool) -> Gap | None:
    """The word on all, whatever stands in it."""
    if find_archive(data) is not None:
        return BEHIND
    if find_late(data):
        return LATE
    if has_coded_file(data, in_mail=of_mail):
        return CODED
    return PACKED if has_packed(data) else None


def has_word(data: bytes) -> bool:
    """Where it has none, nothing but a tar or an lzh can stand in it."""
    words = WORDS if behind_first_line(data) is None else WORDS_OF_SCRIPTS
    return words.search(data) is not None


def _has_zip_within(content: Content) -> bool:
    """Not one that ends with the content, of which its directory tells."""
    zips = find_zips(content.read_at, content.facts.size)
    return bool(zips) and find_directory(content, is_zip=False) is None
