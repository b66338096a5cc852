"""The two domains that the contract suite is held on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cloud.egnyte import running_egnyte
from tests.contracts.places import Emulated, Memory, Place


@pytest.fixture(params=["memory", "emulator"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "memory":
        yield Memory()
        return
    with running_egnyte(tmp_path) as egnyte:
        yield Emulated(egnyte)
        await egnyte.cloud.close()
