"""Many passwords for one zip."""

from __future__ import annotations

import io

import pytest

from demo.samples import encrypted_zip_of, zip_of
from scanner.inspection.unpack.openers.archive import open_archive
from scanner.inspection.unpack.openers.zip_password import right_first
from tests.inspection.unpack.openers.recording import told_of

WRONG = tuple(f"wrong{number}" for number in range(999))
"""Of which some four seem right to ZipCrypto."""


@pytest.mark.parametrize("content", [b"hush", b"hush " * 10_000])
def test_the_right_password_is_found_behind_all_those_that_seem_right(content):
    locked = encrypted_zip_of("a.txt", content, b"right")

    assert right_first(io.BytesIO(locked), (*WRONG, "right")) == ("right", *WRONG)
    assert told_of(open_archive, locked, passwords=(*WRONG, "right")).members == [("a.txt", content)]


@pytest.mark.parametrize("content", [encrypted_zip_of("a", b"x", b"unknown"), zip_of({"a": b"x"}), zip_of({}), b"PK"])
def test_where_none_is_right_or_needed_they_stay_in_their_order(content):
    assert right_first(io.BytesIO(content), ("one", "two")) == ("one", "two")


def test_of_no_password_or_one_there_is_nothing_to_choose():
    assert [right_first(io.BytesIO(b""), given) for given in ((), ("one",))] == [(), ("one",)]
