"""Compound files."""

from __future__ import annotations

import inspect
import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.compound import compound_file
from scanner.inspection.unpack.opening import TooMuch
from scanner.rulebook.samples.compound import compound_file as compound_of

CONTENT = compound_of({"One": b"1" * 100, "Folder": {"Two": b"2" * 300, "Inner": {"Three": b""}}})


def streams_of(content: bytes) -> dict[tuple[str, ...], bytes]:
    with compound_file(io.BytesIO(content), len(content)) as compound:
        return {path: compound.read(path, 1000) for path in compound.streams}


def test_streams_are_read_whatever_folder_they_lie_in():
    expected = {("One",): b"1" * 100, ("Folder", "Two"): b"2" * 300, ("Folder", "Inner", "Three"): b""}
    assert streams_of(CONTENT) == expected


def test_names_are_told_apart_without_regard_to_case():
    with compound_file(io.BytesIO(CONTENT), len(CONTENT)) as compound:
        assert ("folder", "TWO") in compound
        assert compound.read(("FOLDER", "two"), 300) == b"2" * 300
        assert compound.storages == ((), ("Folder",), ("Folder", "Inner"))


def test_a_stream_longer_than_asked_for_is_too_much():
    with compound_file(io.BytesIO(CONTENT), len(CONTENT)) as compound, pytest.raises(TooMuch):
        compound.read(("One",), 99)


def test_a_stream_that_is_not_there_cannot_be_read():
    with compound_file(io.BytesIO(CONTENT), len(CONTENT)) as compound, pytest.raises(ValueError, match="KeyError"):
        compound.read(("Four",), 99)


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, b"\0"), (30, b"\x1f"), (32, b"\x20"), (44, b"\xff\xff\xff\x7f"), (64, b"\xff\xff"), (72, b"\xff\xff\xff")],
    ids=["no mark", "huge sectors", "huge small sectors", "FAT", "small FAT", "list of FATs"],
)
def test_a_header_that_claims_more_than_there_is_is_refused_before_it_costs_anything(place, value):
    content = bytearray(CONTENT)
    content[place : place + len(value)] = value

    with pytest.raises(ValueError, match="OLE: "):
        streams_of(bytes(content))


def test_a_stream_that_claims_more_than_the_file_has_is_not_read():
    content = bytearray(CONTENT)
    entry = content.index("One".encode("utf-16-le"))
    content[entry + 120 : entry + 124] = b"\0\0\0\x70"

    with pytest.raises((ValueError, OSError)):
        streams_of(bytes(content))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(CONTENT) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6))
def test_a_damaged_file_ends_in_streams_or_in_damage(changes):
    content = bytearray(CONTENT)
    for place, value in changes:
        content[place : place + len(value)] = value
    try:
        assert all(len(stream) <= len(content) for stream in streams_of(bytes(content)).values())
    except (OSError, ValueError):
        pass


def test_a_directory_that_is_one_long_branch_is_damage():
    branch = compound_of({f"{number:04}": b"" for number in range(400)})
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        with pytest.raises(ValueError, match="RecursionError"):
            streams_of(branch)
    finally:
        sys.setrecursionlimit(limit)
