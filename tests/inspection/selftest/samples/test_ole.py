"""Compound files, read by olefile, which complains of all that is not as it should be."""

from __future__ import annotations

import olefile
import pytest

from scanner.inspection.selftest.samples.ole import Tree, compound_file, msg, ole

CONTENT = b"hidden" * 12


def streams(data: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_INCORRECT) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"one": CONTENT}, {"one": CONTENT}),
        ({"bb": b"2", "A": CONTENT, "ccc": b"3" * 3000}, {"A": CONTENT, "bb": b"2", "ccc": b"3" * 3000}),
        ({"folder": {"deep": {"x": CONTENT}}, "y": b"y"}, {"folder/deep/x": CONTENT, "y": b"y"}),
    ],
)
def test_what_goes_in_comes_out(tree: Tree, expected: dict[str, bytes]) -> None:
    assert streams(compound_file(tree)) == expected


def test_the_samples_hold_the_content_in_one_stream() -> None:
    assert streams(ole(CONTENT))["Contents"] == CONTENT
    assert streams(msg(CONTENT))["__attach_version1.0_#00000000/__substg1.0_37010102"] == CONTENT
