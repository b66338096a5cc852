"""Whether a content is certainly no container, by one look for all the marks that any of them has.

Nine of ten members of a document are, and each of the closer looks costs more than this one. Pure but for reading; what
it says must follow from `formats_of`, `header_gap`, `zip_gap`, `cms_kind` and `gap_within`, which remain the word on
all others.
"""

from __future__ import annotations

import re

from scanner.inspection.archive_headers import OLE, UNOPENED
from scanner.inspection.cms_text import cms_kind
from scanner.inspection.disk_image import disk_image
from scanner.inspection.engine import Content
from scanner.inspection.lzma_alone import is_lzma_alone
from scanner.inspection.marks import MAIL_STORE, end_of, is_pdf
from scanner.inspection.selftest.formats import BY_HEAD, BY_PLACE, BY_TYPE, any_of
from scanner.inspection.selftest.mail_kind import is_mail
from scanner.inspection.within import is_anything_within
from scanner.inspection.zip_directory import STARTS

LARGEST = 1024**2
"""Bytes; larger contents are few, and are worth the closer looks."""
ZIP_END = b"PK\x05\x06"


def _at_the_beginning() -> re.Pattern[bytes]:
    patterns = [pattern for pattern, _ in UNOPENED] + [pattern for pattern, _ in BY_HEAD]
    return any_of([*patterns, re.compile(MAIL_STORE), *(re.compile(re.escape(mark)) for mark in (*STARTS, OLE))])


BEGINNING = _at_the_beginning()


def is_plain(content: Content, name: str = "", *, hollow: bool = False) -> bool:
    """No engine of ours or of others finds anything to open in it; False where it might. `hollow`: no opener of the
    sandbox has found anything either, and these look as close as is looked here. Whoever could make the sandbox say
    that could as well have it say that nothing lies in it."""
    if content.facts.size > LARGEST or content.facts.mime in BY_TYPE:
        return False
    data = content.read_at(0, LARGEST)
    # The byte first: few texts have it, and looking for one is faster than for four.
    if BEGINNING.match(data) is not None or (b"\x05" in data and ZIP_END in data):
        return False
    if any(data.startswith(mark, place) for place, mark, _ in BY_PLACE):
        return False
    return hollow or _is_by_closer_looks(content, data, name)


def _is_by_closer_looks(content: Content, data: bytes, name: str) -> bool:
    if is_lzma_alone(data) or disk_image(content.head, content.read_at, content.facts.size) is not None:
        return False
    if is_pdf(data, content.facts.mime, data[end_of(len(data)) :]):
        return False
    if cms_kind(content.head) is not None or is_mail(content.head, name):
        return False
    return not is_anything_within(data)
