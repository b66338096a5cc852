"""A mail of MIME behind something else, such as a web archive (MHT) behind a PDF: Word opens it, readers the PDF.

What is called a mail is read as one from its beginning; see `mail`.
"""

from __future__ import annotations

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.selftest.mail_kind import find_mail, is_mail
from scanner.inspection.unpack.openers.mail import MAX_SIZE, tell_mail
from scanner.inspection.unpack.opening import Source, Told, TooMuch


def has_mail_behind(source: Source) -> bool:
    if is_archive(source.head, source.mime) or is_mail(source.head, source.name):
        return False
    return find_mail(source.beginning()) is not None


def open_mail_behind(source: Source, told: Told) -> None:
    start = find_mail(source.beginning())
    if start is None:
        return
    if source.size - start > MAX_SIZE:
        raise TooMuch(f"a mail of {source.size - start} bytes behind something else")
    source.file.seek(start)
    tell_mail(source.file.read(), told)
