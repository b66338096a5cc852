"""What the self-test learns of a real clamd, well and badly set up, and what it does not let itself be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.errors import EngineUnavailable
from scanner.files.kind import mime_of
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.panel import Panel
from scanner.inspection.selftest.blind_spots import BlindSpots, SpotsInForce
from scanner.inspection.selftest.examination import Examiner, Outcome, Report, Stopped
from scanner.inspection.selftest.formats import LIMITED, OF_SIZE, Format
from scanner.rulebook.samples.known_bad import known_bad
from tests.clamd import StartClamd, settings_for

MIB = 1024**2
REFUSED = {
    *(Format.AR, Format.DEB, Format.COMPRESS, Format.LZ4, Format.LZIP, Format.LZMA, Format.ZSTD),
    *(Format.RAR4, Format.RAR5, Format.ZIP_LZMA, Format.ZIP_XZ, Format.ZIP64),
    *(Format.DEPTH_BEYOND, Format.MEMBERS_BEYOND, Format.SIZE_BEYOND),
}
"""By clamd 1.4 of Debian, which has no unrar, and by what is known of it without a self-test."""
SKIPPED = frozenset({Format.WARC, Format.SEVEN_ZIP, Format.BZIP2, Format.TAR, Format.PDF, Format.SHORTCUT})
"""By the same clamd without a word: the first always, the others in part."""


def examiner(address: str, folder: Path, max_stream: int = 4 * MIB) -> Examiner:
    clamd = Clamd(settings_for(address, max_stream=f"{max_stream}B", connections=1))

    def panel_with(spots: SpotsInForce) -> Panel:
        return Panel((Containers(max_stream, spots), clamd))

    return Examiner(panel_with, mime_of, max_stream, folder)


def test_a_clamd_set_up_as_recommended(clamd: PrivateClamd, tmp_path: Path) -> None:
    report = examiner(clamd.address, tmp_path).examine(BlindSpots())
    assert set(report.outcomes) == set(Format)
    assert set(report.kinds(Outcome.BLIND)) == SKIPPED
    assert set(report.kinds(Outcome.REFUSED)) == REFUSED
    assert report.spots == BlindSpots(SKIPPED)


def test_limits_that_clamd_does_not_tell_of_are_blind(new_clamd: StartClamd, tmp_path: Path) -> None:
    clamd = new_clamd(AlertExceedsMax="no", MaxFileSize="3M").start()
    report = examiner(clamd.address, tmp_path, 8 * MIB).examine(BlindSpots())
    beyond = {Format.DEPTH_BEYOND, Format.MEMBERS_BEYOND}
    assert set(report.kinds(Outcome.BLIND)) == beyond | SKIPPED | {Format.SIZE_WITHIN}
    assert report.spots == BlindSpots(SKIPPED | beyond, largest=2 * MIB)


def test_a_signature_that_looks_anywhere_proves_nothing_of_what_is_only_stored(
    new_clamd: StartClamd, tmp_path: Path
) -> None:
    clamd = new_clamd()
    clamd.database.mkdir()
    (clamd.database / "anywhere.ndb").write_text(f"Eicar-Anywhere:0:*:{known_bad().hex()}\n")
    report = examiner(clamd.start().address, tmp_path).examine(BlindSpots(frozenset({Format.WARC, Format.RAR5})))
    assert {Format.RAR4, Format.TAR, Format.OLE, Format.ISO} <= set(report.kinds(Outcome.UNPROVEN))
    assert {Format.ZIP_DEFLATED, Format.GZIP, Format.EML} <= set(report.kinds(Outcome.SEEN))
    # What was blind before has not shown that it is seen now.
    blind = {Format.WARC, Format.RAR5, Format.SEVEN_ZIP, Format.BZIP2, Format.PDF}
    assert report.spots.unseen == blind == set(report.kinds(Outcome.BLIND))


def test_a_name_for_the_container_is_no_look_inside(new_clamd: StartClamd, tmp_path: Path) -> None:
    clamd = new_clamd()
    clamd.prepare()
    (clamd.database / "kinds.ndb").write_text("Policy.NoWarc:0:0:574152432f31\n")
    report = examiner(clamd.start().address, tmp_path).examine(BlindSpots())
    assert report.outcomes[Format.WARC] is Outcome.UNPROVEN


def test_without_the_signature_nothing_is_learnt(new_clamd: StartClamd, tmp_path: Path) -> None:
    clamd = new_clamd()
    clamd.database.mkdir()
    (clamd.database / "other.hdb").write_text("aa15bcf478d165efd2065190eb473bcb:544:Something-Else\n")
    before = BlindSpots(LIMITED)
    report = examiner(clamd.start().address, tmp_path).examine(before)
    assert (report.outcomes, report.spots, bool(report.inconclusive)) == ({}, before, True)


def test_an_engine_that_is_away_says_nothing_about_kinds(new_clamd: StartClamd, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="clamd"):
        examiner(new_clamd().address, tmp_path).examine(BlindSpots())


def test_a_disk_that_takes_no_file_leaves_sizes_open(clamd: PrivateClamd, tmp_path: Path) -> None:
    report = examiner(clamd.address, tmp_path / "none").examine(BlindSpots(largest=7))
    assert set(report.kinds(Outcome.UNPROVEN)) == OF_SIZE
    assert report.spots.largest == 7


def test_it_stops_between_two_samples(clamd: PrivateClamd, tmp_path: Path) -> None:
    asked: list[int] = []

    def third() -> bool:
        asked.append(1)
        return len(asked) == 3

    one = examiner(clamd.address, tmp_path)
    with pytest.raises(Stopped):
        Examiner(one.panel_with, one.kind_of, one.max_stream, one.folder, third).examine(BlindSpots())
    assert len(asked) == 3


def test_the_worst_of_a_kinds_samples_counts() -> None:
    assert list(Outcome) == [Outcome.SEEN, Outcome.REFUSED, Outcome.UNPROVEN, Outcome.BLIND]
    assert Report().kinds(Outcome.BLIND) == ()
