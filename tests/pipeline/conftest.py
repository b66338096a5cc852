"""The bench for tests that need no settings of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from tests.pipeline.bench import Bench, bench


@pytest.fixture
async def flow(tmp_path: Path, clamd: PrivateClamd) -> AsyncIterator[Bench]:
    async with bench(tmp_path, clamd.address) as one:
        yield one
