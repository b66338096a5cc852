"""What a step put into the trash is found there again."""

from __future__ import annotations

import pytest

from scanner.cloud.port import TrashItem
from scanner.remediation.trash import newest_of, size_of

ITEMS = [TrashItem("3", "/a", "version", 5), TrashItem("2", "/a", "file", None), TrashItem("1", "/a", "file", 5)]


@pytest.mark.parametrize(
    ("kind", "size", "found"),
    [("file", 5, "2"), ("version", 5, "3"), ("version", None, "3"), ("version", 6, None), ("folder", 5, None)],
)
def test_the_newest_of_its_kind_and_size_is_it(kind: str, size: int | None, found: str | None) -> None:
    item = newest_of(ITEMS, kind, size)
    assert (item.id if item else None) == found


def test_a_file_of_a_size_is_not_taken_for_one_of_another() -> None:
    item = newest_of([TrashItem("2", "/a", "file", 6), TrashItem("1", "/a", "file", 5)], "file", 5)
    assert item is not None
    assert item.id == "1"


@pytest.mark.parametrize(("written", "size"), [("5", 5), ("", None), (None, None), ("-1", None), ("x", None)])
def test_a_size_is_a_number_or_unknown(written: str | None, size: int | None) -> None:
    assert size_of(written) == size
