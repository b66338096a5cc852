from __future__ import annotations

from base64 import b64decode

from emulator.bin import trash_id


def test_an_id_is_unpadded_base64_of_three_parts() -> None:
    made = trash_id("7d0c1f5e", 1772615722118, "file")
    assert not made.endswith("=")
    assert b64decode(made + "=" * (-len(made) % 4)) == b"7d0c1f5e|1772615722118|file"
