"""One real sandbox for all tests that ask of it nothing but to take apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.settings.sections import UnpackSettings
from tests.inspection.unpack.taken import PASSWORDS


@pytest.fixture(scope="session")
def unpacker() -> Iterator[Unpacker]:
    made = Unpacker(UnpackSettings(processes=1), PASSWORDS)
    yield made
    made.close()
