"""What stands within a content that is no archive, where clamd does not look for it: in one table, for all who ask.

Pure but for reading.
"""

from __future__ import annotations

from scanner.inspection.archive_behind import find_archive, is_archive
from scanner.inspection.coded_text import has_coded_file
from scanner.inspection.engine import Content
from scanner.inspection.late_archive import find_late
from scanner.inspection.marks import LOOKED_THROUGH
from scanner.inspection.packed_script import has_packed
from scanner.inspection.selftest.mail_kind import is_mail
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


def gap_in_data(data: bytes, *, of_mail: bool = False) -> Gap | None:
    """Of the first bytes of a content, LOOKED_THROUGH or all."""
    if find_archive(data) is not None:
        return BEHIND
    if find_late(data):
        return LATE
    if has_coded_file(data, in_mail=of_mail):
        return CODED
    return PACKED if has_packed(data) else None


def gap_within(content: Content, name: str = "") -> Gap | None:
    """None for an archive: what stands further on is its members' then, or behind its end."""
    if is_archive(content.head, content.facts.mime):
        return None
    if _has_zip_within(content):
        return ZIP_WITHIN
    return gap_in_data(content.read_at(0, LOOKED_THROUGH), of_mail=is_mail(content.head, name))


def _has_zip_within(content: Content) -> bool:
    """Not one that ends with the content, of which its directory tells."""
    zips = find_zips(content.read_at, content.facts.size)
    return bool(zips) and find_directory(content, is_zip=False) is None
