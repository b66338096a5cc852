"""One sandbox for all samples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.settings import UnpackSettings


@pytest.fixture(scope="package")
def unpacker() -> Iterator[Unpacker]:
    unpacker = Unpacker(UnpackSettings())
    yield unpacker
    unpacker.close()
