"""An emulated domain with a client for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cloud.egnyte import Egnyte, running_egnyte


@pytest.fixture
async def egnyte(tmp_path: Path) -> AsyncIterator[Egnyte]:
    with running_egnyte(tmp_path) as running:
        yield running
        await running.cloud.close()
