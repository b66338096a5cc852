"""Several clamds are examined each, and what one of them misses is a blind spot of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.errors import EngineUnavailable
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.examination import Outcome, Report, Stopped
from scanner.inspection.selftest.examiners import Examiners, merged
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import SAMPLES
from tests.clamd import StartClamd
from tests.inspection.selftest.test_examination import examiner

DEEP = tuple(sample for sample in SAMPLES if sample.format in (Format.ZIP_DEFLATED, Format.DEPTH_BEYOND))


def of(folder: Path, *addresses: str) -> Examiners:
    return Examiners([(address, examiner(address, folder)) for address in addresses], samples=DEEP)


def test_what_one_misses_nobody_is_believed_in(clamd: PrivateClamd, new_clamd: StartClamd, tmp_path: Path) -> None:
    other = new_clamd(AlertExceedsMax="no").start()
    alone = of(tmp_path, clamd.address).examine(BlindSpots())
    both = of(tmp_path, clamd.address, other.address).examine(BlindSpots())
    assert (alone.kinds(Outcome.BLIND), both.kinds(Outcome.BLIND)) == ((), (Format.DEPTH_BEYOND,))
    assert (alone.spots.unseen, both.spots.unseen) == (frozenset(), frozenset({Format.DEPTH_BEYOND}))


def test_one_that_is_away_is_left_out_and_all_are_not(
    clamd: PrivateClamd, new_clamd: StartClamd, tmp_path: Path
) -> None:
    away = new_clamd().address
    alone = of(tmp_path, clamd.address).examine(BlindSpots())
    assert of(tmp_path, away, clamd.address).examine(BlindSpots()) == alone
    with pytest.raises(EngineUnavailable):
        of(tmp_path, away, away).examine(BlindSpots())


def test_the_order_to_stop_reaches_each(clamd: PrivateClamd, tmp_path: Path) -> None:
    examiners = Examiners([(clamd.address, examiner(clamd.address, tmp_path))], stopped=lambda: True)
    with pytest.raises(Stopped):
        examiners.examine(BlindSpots())


def test_the_worst_counts_the_smallest_size_and_every_doubt() -> None:
    zip_, tar = Format.ZIP_DEFLATED, Format.TAR
    one = Report({zip_: Outcome.SEEN, tar: Outcome.BLIND}, BlindSpots(frozenset({tar}), frozenset(), 4))
    other = Report({zip_: Outcome.REFUSED}, BlindSpots(frozenset(), frozenset({zip_}), 2), "not found")
    whole = {zip_: Outcome.REFUSED, tar: Outcome.BLIND}
    spots = BlindSpots(frozenset({tar}), frozenset({zip_}), 2)
    assert merged([("a", one), ("b", other)]) == Report(whole, spots, "b: not found")
    assert merged([("b", other), ("a", one)]) == Report(whole, spots, "b: not found")
    assert merged([("a", one)]) == one
