"""An emulated domain with a client for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from emulator.server import start
from tests.cloud.egnyte import Egnyte, running_egnyte
from tests.cloud.signing import PASSWORD, SignIn


@pytest.fixture
async def egnyte(tmp_path: Path) -> AsyncIterator[Egnyte]:
    with running_egnyte(tmp_path) as running:
        yield running
        await running.cloud.close()


@pytest.fixture
def sign_in(tmp_path: Path) -> Iterator[SignIn]:
    """A key is registered, and anna may consent."""
    emulator = start(qps=1_000_000, daily=1_000_000)
    found = SignIn(emulator, tmp_path)
    try:
        found.key()
        found.control("POST", "users", json={"username": "anna", "user_type": "admin", "password": PASSWORD})
        yield found
    finally:
        emulator.stop()
