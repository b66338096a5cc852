"""The engine that knows what clamd's OK hides: archives it skips, cuts or cannot open without saying so.

Judges from headers and directories alone, of the outermost container; what lies inside a member is clamd's to open.
"""

from __future__ import annotations

from scanner import __version__
from scanner.inspection.archive_behind import FARTHEST, find_archive, is_archive
from scanner.inspection.archive_headers import header_gap
from scanner.inspection.coded_text import has_coded_file
from scanner.inspection.engine import Content, Inquiry
from scanner.inspection.selftest.blind_spots import BlindSpots, SpotsInForce
from scanner.inspection.zip_directory import find_directory, zip_gap
from scanner.inspection.zip_end import find_zips
from scanner.model import FileVersion, Finding, Gap, Inspection, Unscannable

CODED = Gap(Unscannable.FORMAT, "files in a text (uuencode, base64, shar), which clamd decodes in mails only")
ZIP_WITHIN = Gap(Unscannable.FORMAT, "a zip with something before it and behind its end")
BEHIND = Gap(Unscannable.FORMAT, "a rar or 7z behind something else, where clamd does not look for one")


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
            header_gap(content) or zip_gap(content, self._max_stream) or self._spots().gap(content) or _behind(content)
        )
        return Inspection(self.name, self.version(), gap=gap)


def _behind(content: Content) -> Gap | None:
    if is_archive(content.head, content.facts.mime):
        return None
    if has_zip_within(content):
        return ZIP_WITHIN
    data = content.read_at(0, FARTHEST)
    if find_archive(data) is not None:
        return BEHIND
    return CODED if has_coded_file(data) else None


def has_zip_within(content: Content) -> bool:
    """Not one that ends with the content, of which `zip_gap` tells."""
    zips = find_zips(content.read_at, content.facts.size)
    return bool(zips) and find_directory(content, is_zip=False) is None
