"""A world for each test, on the clamd that all share. When the test is over, what must always hold is checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.settings import LedgerSettings
from tests.journeys.world import RULES, World, new_world

FEW_RULES = {"paths": [str(RULES / "disguise")]}
"""Each run reads the rules anew, and that takes time."""


@pytest.fixture
def world(tmp_path: Path, clamd: PrivateClamd, place: LedgerSettings) -> Iterator[World]:
    with new_world(tmp_path, clamd.address, rules=FEW_RULES, ledger={"url": place.url}) as world:
        yield world
        world.check()
