"""A world for each test, on the clamd that all share. When the test is over, what must always hold is checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from tests.journeys.world import RULES, World, new_world


@pytest.fixture
def world(tmp_path: Path, clamd: PrivateClamd) -> Iterator[World]:
    # Few rules, since each run reads them anew.
    with new_world(tmp_path, clamd.address, rules={"paths": [str(RULES / "disguise")]}) as world:
        yield world
        world.check()
