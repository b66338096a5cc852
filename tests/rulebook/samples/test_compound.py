"""Compound files, read by olefile, which complains of all that is not as it should be."""

from __future__ import annotations

import olefile
import pytest

from scanner.rulebook.samples.compound import CUTOFF, Tree, compound_file

CONTENT = b"hidden" * 12
LARGE = bytes(range(256)) * 1000


def streams(data: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_INCORRECT) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"one": CONTENT}, {"one": CONTENT}),
        ({"bb": b"2", "A": CONTENT, "ccc": b"3" * 3000}, {"A": CONTENT, "bb": b"2", "ccc": b"3" * 3000}),
        ({"folder": {"deep": {"x": CONTENT}}, "y": b"y"}, {"folder/deep/x": CONTENT, "y": b"y"}),
        ({"large": LARGE, "edge": b"x" * CUTOFF, "below": b"x" * (CUTOFF - 1), "none": b""},) * 2,
        ({f"stream {number}": LARGE + b"%d" % number for number in range(20)},) * 2,
    ],
    ids=["one", "several", "in folders", "of all sizes", "many sectors"],
)
def test_what_goes_in_comes_out(tree: Tree, expected: dict[str, bytes]) -> None:
    assert streams(compound_file(tree)) == expected


def test_what_its_table_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        compound_file({"one": bytes(8 * 1024**2)})
