"""A world for each test, without the checks of the journeys: these tests leave work open on purpose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from tests.journeys.world import RULES, World, new_world

FEW_RULES = {"paths": [str(RULES / "disguise")]}


@pytest.fixture
def world(tmp_path: Path, clamd: PrivateClamd) -> Iterator[World]:
    with new_world(tmp_path, clamd.address, rules=FEW_RULES) as world:
        yield world
