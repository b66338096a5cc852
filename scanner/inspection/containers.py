"""The engine that knows what clamd's OK hides: archives it skips, cuts or cannot open without saying so.

Judges from headers and directories alone, of the outermost container; what lies inside a member is clamd's to open.
"""

from __future__ import annotations

import re

from scanner import __version__
from scanner.inspection.archive_headers import header_gap
from scanner.inspection.cms_text import Kind, cms_kind
from scanner.inspection.engine import Content, Inquiry
from scanner.inspection.marks import MAIL_STORE
from scanner.inspection.selftest.blind_spots import BlindSpots, SpotsInForce
from scanner.inspection.selftest.mail_kind import is_part_of_mail
from scanner.inspection.within import gap_within
from scanner.inspection.zip_directory import zip_gap
from scanner.model import FileVersion, Finding, Gap, Inspection, Unscannable

MAIL_STORES = re.compile(MAIL_STORE)
STORE = Gap(Unscannable.FORMAT, "a store of mails (pst, dbx or nsf): no engine opens it")
SIGNED = Gap(Unscannable.FORMAT, "a signed or packed message (CMS), within which clamd does not look")
PARTIAL = Gap(Unscannable.CORRUPT, "one part of a mail in several (message/partial): nobody sees the whole")
LOCKED = Gap(Unscannable.ENCRYPTED, "an encrypted message (CMS)")


class Containers:
    """Never finds anything; says by a gap where nobody could look. Always ready: it needs only the bytes."""

    name = "containers"

    def __init__(self, max_stream: int, spots: SpotsInForce = BlindSpots) -> None:
        """`max_stream`: bytes of the largest member that clamd is sure to look at. `spots`: of the self-test."""
        self._max_stream = max_stream
        self._spots = spots

    def version(self) -> str:
        return f"scanner {__version__}"

    def ready(self) -> Gap | None:
        return None

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        gap = (
            header_gap(content)
            or zip_gap(content, self._max_stream)
            or self._spots().gap(content, version.name)
            or _of_mail(content, version.name)
            or gap_within(content, version.name)
        )
        return Inspection(self.name, self.version(), gap=gap)


def _of_mail(content: Content, name: str) -> Gap | None:
    if MAIL_STORES.match(content.head) is not None:
        return STORE
    if is_part_of_mail(content.head, name):
        return PARTIAL
    kind = cms_kind(content.head)
    if kind is None:
        return None
    return LOCKED if kind is Kind.LOCKED else SIGNED
