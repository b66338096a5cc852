"""What is known to be blind is a gap, in the engine that says where nobody could look."""

from __future__ import annotations

import pytest

from demo import samples as honest
from scanner.files.kind import mime_of
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots, KnownBlindSpots
from scanner.inspection.selftest.formats import Format
from scanner.model import Gap, Unscannable
from tests.inspection import VERSION

ZIP = honest.zip_of({"a": b"a"})
DEFLATED = frozenset({Format.ZIP_DEFLATED, Format.TAR})


@pytest.mark.parametrize(
    ("spots", "data", "gap"),
    [
        (BlindSpots(), ZIP, None),
        (BlindSpots(DEFLATED), b"hello", None),
        (BlindSpots(DEFLATED), ZIP, Gap(Unscannable.BLIND_SPOT, "the self-test was missed in zip-deflated")),
        (BlindSpots(largest=len(ZIP)), ZIP, None),
        (
            BlindSpots(largest=4),
            b"hello",
            Gap(Unscannable.BLIND_SPOT, "5 bytes: the self-test was seen in 4 bytes, and missed in more"),
        ),
    ],
)
def test_a_gap_for_what_is_blind(spots: BlindSpots, data: bytes, gap: Gap | None) -> None:
    assert spots.gap(memory_content(data, mime_of)) == gap


def test_only_a_kind_that_was_missed_taken_apart_as_well_is_not_worth_taking_apart() -> None:
    content = memory_content(ZIP, mime_of)
    assert BlindSpots(DEFLATED).mendable(content)
    assert not BlindSpots(DEFLATED, DEFLATED).mendable(content)
    assert BlindSpots(DEFLATED, frozenset({Format.TAR})).mendable(content)


def test_the_engine_asks_for_what_is_known_at_the_moment() -> None:
    known = KnownBlindSpots()
    engine, content = Containers(1024**2, known), memory_content(ZIP, mime_of)
    assert engine.inspect(VERSION, NobodyToAsk(), content).gap is None
    known.now = BlindSpots(DEFLATED)
    gap = engine.inspect(VERSION, NobodyToAsk(), content).gap
    assert gap is not None
    assert gap.reason is Unscannable.BLIND_SPOT
