"""Disk images, read by libarchive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.rulebook.samples.disk_image import LONGEST_NAME, iso_of
from tests.rulebook.samples.test_archives import read_by_libarchive

NAMES = st.text("abcäöü -_1.漢", min_size=1, max_size=LONGEST_NAME).filter(lambda name: name.strip(". "))


def files(image: bytes) -> dict[str, bytes]:
    return {name: content for name, content in read_by_libarchive(image).items() if name != "."}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"empty": b""},
        {"a.txt": b"hello", "Rechnung über 4 €.exe": bytes(5000)},
        {f"{number:03} {'x' * 60}": b"%d" % number for number in range(100)},
    ],
    ids=["none", "empty", "long names", "many"],
)
def test_what_goes_in_comes_out(members: dict[str, bytes]) -> None:
    image = iso_of(members)
    assert (files(image), mime_of(image[: 64 * 1024])) == (members, "application/x-iso9660-image")


@given(st.dictionaries(NAMES, st.binary(max_size=5000), max_size=5))
def test_any_files_can_be_put_in(members: dict[str, bytes]) -> None:
    assert files(iso_of(members)) == members
