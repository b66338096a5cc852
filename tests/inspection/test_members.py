"""Members of what clamd does not open, shown to a real clamd one by one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner import __version__
from scanner.files.kind import mime_of
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import Content, NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import MemoryContent, memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import archives, rars, streams, zips
from scanner.model import Finding, Gap, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member, Span
from tests.clamd import settings_for
from tests.inspection import EICAR, MIB, PLAIN_NAME, VERSION

HARMLESS = b"An innocent text.\n"
BLIND_NOWHERE = BlindSpots()
STORED = frozenset({Format.ZIP_STORED})


@dataclass(frozen=True)
class Apart:
    anatomy: Anatomy
    contents: tuple[bytes, ...]

    def member_content(self, member: Member) -> MemoryContent:
        assert member.content is not None
        return memory_content(self.contents[member.content.offset], mime_of)

    def text_content(self, span: Span) -> MemoryContent:
        return memory_content(self.contents[span.offset], mime_of)


class Zips:
    """Takes zips apart, with those in them; for all else it finds nothing inside and says nothing."""

    gap: Gap | None = None

    @contextmanager
    def unpack(self, content: Content, name: str = "") -> Iterator[Apart]:
        members: list[Member] = []
        contents: list[bytes] = []
        self._open(b"".join(content.chunks()), "", 1, members, contents)
        locked = any(member.content is None for member in members)
        gap = self.gap or (Gap(Unscannable.ENCRYPTED) if locked else None)
        yield Apart(Anatomy(tuple(members), gap=gap), tuple(contents))

    def _open(self, data: bytes, place: str, depth: int, members: list[Member], contents: list[bytes]) -> None:
        if not data.startswith(b"PK"):
            return
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                name = info.filename
                if info.flag_bits & 1:
                    members.append(Member(f"{place}!{name}", name, depth, info.file_size))
                    continue
                inner = archive.read(info)
                where = f"{place}!{name}" if place else name
                span = Span(len(contents), len(inner))
                members.append(Member(where, name, depth, len(inner), content=span))
                contents.append(inner)
                self._open(inner, where, depth + 1, members, contents)


def panel(clamd: PrivateClamd, spots: BlindSpots = BLIND_NOWHERE, gap: Gap | None = None) -> Panel:
    engines = (Containers(MIB, lambda: spots), Clamd(settings_for(clamd.address)))
    unpacker = Zips()
    unpacker.gap = gap
    return Panel(engines, Members(unpacker, engines, lambda: spots))


def looked(panel: Panel, data: bytes) -> tuple[list[str], list[Unscannable]]:
    """Where the malware was found, and the reasons of gaps."""
    inspections = panel.inspect(VERSION, NobodyToAsk(), memory_content(data, mime_of))
    findings = [finding for one in inspections for finding in one.findings]
    assert all(finding == Finding("clamd", PLAIN_NAME, malware=True, place=finding.place) for finding in findings)
    gaps = [one.gap.reason for one in inspections if one.gap is not None]
    assert all(isinstance(gap, Unscannable) for gap in gaps)
    return [finding.place for finding in findings], gaps  # type: ignore[return-value]  # seen in the line above


LZMA = zips.lzma_packed
SEVEN_ZIP = archives.written(HARMLESS, "7zip")
"""Which this unpacker does not open."""
TWICE = ["a.zip!payload.com", "a.zip!payload.com!payload.com"]
"""In the inner zip, which clamd opens, and by itself."""


@pytest.mark.parametrize(
    ("data", "places", "gaps"),
    [
        (HARMLESS, [], []),
        (EICAR, [""], []),
        (LZMA(HARMLESS), [], []),
        (LZMA(EICAR), ["payload.com"], []),
        (LZMA(LZMA(EICAR)), ["payload.com!payload.com"], []),
        (LZMA(LZMA(HARMLESS)), [], []),
        (zips.with_64_bit_sizes(EICAR), ["payload.com"], []),
        (zips.nested(LZMA(EICAR)), ["2.zip!1.zip!payload.com!payload.com"], []),
        (zips.nested(EICAR), [""], []),
        # What the unpacker does not open stays what it was.
        (streams.zstd_stored(HARMLESS), [], [Unscannable.FORMAT]),
        (rars.rar5(HARMLESS), [], [Unscannable.FORMAT]),
        (zips.deflated(rars.rar5(HARMLESS)), [], [Unscannable.FORMAT]),
        (zips.deflated(archives.ar(HARMLESS)), [], [Unscannable.FORMAT]),
        (LZMA(archives.ar(HARMLESS)), [], [Unscannable.FORMAT]),
        (LZMA(samples.encrypted_zip_of("a", b"a", b"secret")), [], [Unscannable.ENCRYPTED]),
        # Only what clamd skips is looked at again, and all that lies inside it.
        (samples.zip_of({"a.zip": LZMA(HARMLESS), "b.com": EICAR}), [""], []),
        (samples.zip_of({"a.zip": LZMA(zips.deflated(EICAR)), "b.txt": HARMLESS}), TWICE, []),
    ],
)
def test_members_are_looked_at_where_the_whole_is_not_opened(
    clamd: PrivateClamd, data: bytes, places: list[str], gaps: list[Unscannable]
) -> None:
    assert looked(panel(clamd), data) == (places, gaps)


def two_of_one_name(first: bytes, second: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", first)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", second)
    return buffer.getvalue()


def test_one_that_was_opened_does_not_vouch_for_another_of_its_name(clamd: PrivateClamd) -> None:
    data = two_of_one_name(archives.ar(HARMLESS), LZMA(HARMLESS))
    assert looked(panel(clamd), data) == ([], [Unscannable.FORMAT])


@pytest.mark.parametrize(
    ("gap", "data", "reason"),
    [
        (Gap(Unscannable.ARCHIVE_DEPTH), LZMA(HARMLESS), Unscannable.ARCHIVE_DEPTH),
        (Gap(Unscannable.ARCHIVE_DEPTH), zips.deflated(HARMLESS), Unscannable.ARCHIVE_DEPTH),
        (Gap(Unscannable.ENCRYPTED), streams.zstd_stored(HARMLESS), Unscannable.ENCRYPTED),
        (Gap(Unscannable.FORMAT), streams.zstd_stored(HARMLESS), Unscannable.FORMAT),
        (Gap(Unscannable.FORMAT), HARMLESS, None),
        (Gap(Unscannable.FORMAT), LZMA(HARMLESS), Unscannable.FORMAT),
        (Gap(Unscannable.FORMAT), SEVEN_ZIP, Unscannable.FORMAT),
        (Gap(Unscannable.FORMAT), zips.deflated(SEVEN_ZIP), Unscannable.FORMAT),
        (Gap(Unscannable.CORRUPT), zips.deflated(HARMLESS), Unscannable.CORRUPT),
        # As far as it could be read nothing lies in it; clamd may have read no farther.
        (Gap(Unscannable.CORRUPT), b"%PDF-1.4", Unscannable.CORRUPT),
        # clamd has opened it.
        (Gap(Unscannable.FORMAT), zips.deflated(HARMLESS), None),
    ],
)
def test_what_could_not_be_taken_apart_completely_is_not_clean(
    clamd: PrivateClamd, gap: Gap, data: bytes, reason: Unscannable | None
) -> None:
    assert looked(panel(clamd, gap=gap), data) == ([], [reason] if reason else [])


@pytest.mark.parametrize(
    ("spots", "data", "places", "gaps"),
    [
        (BlindSpots(STORED), zips.stored(HARMLESS), [], []),
        (BlindSpots(STORED), zips.stored(EICAR), ["payload.com", ""], []),
        (BlindSpots(STORED), zips.deflated(zips.stored(HARMLESS)), [], []),
        (BlindSpots(STORED, STORED), zips.stored(HARMLESS), [], [Unscannable.BLIND_SPOT]),
        (BlindSpots(STORED, STORED), zips.deflated(zips.stored(HARMLESS)), [], [Unscannable.BLIND_SPOT]),
    ],
)
def test_what_the_self_test_found_blind_is_taken_apart_unless_that_did_not_help(
    clamd: PrivateClamd, spots: BlindSpots, data: bytes, places: list[str], gaps: list[Unscannable]
) -> None:
    assert looked(panel(clamd, spots), data) == (places, gaps)


def test_the_versions_of_all_who_looked_are_named(clamd: PrivateClamd) -> None:
    first = panel(clamd).inspect(VERSION, NobodyToAsk(), memory_content(LZMA(EICAR), mime_of))[0]
    assert first.version == f"scanner {__version__}, ClamAV {first.version.rpartition(' ')[2]}"


def test_members_are_not_looked_at_for_ever(clamd: PrivateClamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.inspection.members.LONGEST", -1.0)
    assert looked(panel(clamd), LZMA(HARMLESS)) == ([], [Unscannable.SCAN_TIME])
    assert looked(panel(clamd), zips.deflated(HARMLESS)) == ([], [Unscannable.SCAN_TIME])
    assert looked(panel(clamd), HARMLESS) == ([], [])
