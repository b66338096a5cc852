"""Real sandboxes for rules that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.scanning import YaraScanner
from scanner.settings import UnpackSettings
from tests.inspection.yara import SETTINGS, compiled

YARA = 'rule evil : bad { strings: $a = "evil" condition: $a } rule small : tiny { condition: filesize < 4 }'


@pytest.fixture(scope="module")
def unpacker() -> Iterator[Unpacker]:
    made = Unpacker(UnpackSettings(processes=1))
    yield made
    made.close()


@pytest.fixture(scope="module")
def yara() -> Iterator[YaraScanner]:
    made = YaraScanner(compiled(malware=YARA), SETTINGS)
    yield made
    made.close()
