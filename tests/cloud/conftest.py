"""An emulated domain with a client for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cloud.egnyte import Egnyte, running_egnyte
from tests.cloud.signing import SignIn, with_a_key


@pytest.fixture
async def egnyte(tmp_path: Path) -> AsyncIterator[Egnyte]:
    with running_egnyte(tmp_path) as running:
        yield running
        await running.cloud.close()


@pytest.fixture
def sign_in(tmp_path: Path) -> Iterator[SignIn]:
    with with_a_key(tmp_path) as found:
        yield found
