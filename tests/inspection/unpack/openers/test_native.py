"""Files that lie in documents as objects."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.compound import compound_file
from scanner.inspection.unpack.openers.native import Native, native, natives
from scanner.rulebook.samples.compound import compound_file as compound_of
from tests.inspection.unpack.openers.office import packed


def test_a_package_is_a_name_and_a_content():
    assert native(packed("run.exe", b"MZ...")) == Native("run.exe", b"MZ...")


def test_what_is_cut_off_is_left_out():
    assert native(packed("run.exe", b"MZ...")[:-3]) == Native("run.exe", b"MZ")


@pytest.mark.parametrize("stream", [b"", b"\0\0\0\0", b"\4\0\0\0BM..", b"\0\0\0\0\2\0no end", packed("a", b"")[:-10]])
def test_other_objects_are_no_packages(stream):
    assert native(stream) is None


def test_packages_are_found_in_any_folder():
    content = compound_of({"ObjectPool": {"_1": {"\x01Ole10Native": packed("a", b"1")}}, "x": packed("b", b"2")})

    with compound_file(io.BytesIO(content), len(content)) as compound:
        assert list(natives(compound)) == [Native("a", b"1")]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_package_or_none(content):
    found = native(b"\0\0\0\0\2\0" + content)
    assert found is None or len(found.content) <= len(content)
