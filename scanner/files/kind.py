"""What a content is, by its first bytes: libmagic, one cookie per thread.

A cookie must never be shared: python-magic guards its own module-wide one with a lock, which made two threads slower
than one (clamav.md section 9).
"""

from __future__ import annotations

import threading

import magic

from scanner.model import Gap, Unchecked

HEAD = 64 * 1024
"""Bytes libmagic needs to tell office formats apart; with 8 KiB every xls is a nameless OLE file."""


class _Cookies(threading.local):
    def __init__(self) -> None:
        self.mime: magic.Magic | None = None


_cookies = _Cookies()


def mime_of(head: bytes) -> str | Gap:
    """The MIME type of a content that begins with `head`. Reads nothing but libmagic's own database.

    A gap where libmagic fails: a rule about types cannot be answered then, so the content counts as not looked at.
    """
    try:
        if _cookies.mime is None:
            _cookies.mime = magic.Magic(mime=True)
        return str(_cookies.mime.from_buffer(head))
    except magic.MagicException as error:
        return Gap(Unchecked.ENGINE_ERROR, f"libmagic: {error.message!r}")
