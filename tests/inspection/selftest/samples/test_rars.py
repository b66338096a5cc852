"""Rars whose headers hold together."""

from __future__ import annotations

import libarchive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.selftest.samples import rars


@given(st.binary(min_size=1, max_size=300))
def test_any_content_comes_out_again(content: bytes) -> None:
    for data in (rars.rar4(content), rars.rar5(content)):
        with libarchive.memory_reader(data) as archive:
            assert [(one.name, b"".join(one.get_blocks())) for one in archive] == [("payload.com", content)]


@pytest.mark.parametrize("build", [rars.rar4, rars.rar5])
def test_the_same_content_makes_the_same_bytes(build: object) -> None:
    assert callable(build)
    assert build(b"a") == build(b"a")
