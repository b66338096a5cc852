"""What is packed behind a script."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.marks import LOOKED_THROUGH
from scanner.inspection.selftest.samples import archives
from scanner.inspection.unpack.openers.packed_script import MOST, has_packed_behind, open_packed
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import source_of, survives, told_of

PAYLOAD = b"payload\n" * 9
SCRIPT = b"#!/bin/sh\ntail -n +3 $0 | zcat | sh; exit\n"
GZIP, BZIP2, XZ = gzip.compress(PAYLOAD, mtime=0), bz2.compress(PAYLOAD), lzma.compress(PAYLOAD)


@pytest.mark.parametrize("packed", [GZIP, BZIP2, XZ, archives.written(PAYLOAD, "cpio", "lzip")])
def test_it_is_unpacked(packed):
    assert has_packed_behind(source_of(SCRIPT + packed))
    assert PAYLOAD in told_of(open_packed, SCRIPT + packed).members[0][1]


@pytest.mark.parametrize("packed", [archives.tar(PAYLOAD), archives.written(PAYLOAD, "gnutar", "lz4")])
def test_what_others_open_is_handed_on_as_it_is(packed):
    assert told_of(open_packed, SCRIPT + packed).members == [("packed", packed)]


def test_what_only_begins_like_one_is_passed_over():
    content = SCRIPT + GZIP[:10] + b"\xff" * 99 + GZIP
    told = told_of(open_packed, content)
    assert (told.members, told.gaps) == ([("packed", PAYLOAD)], [])


def test_so_many_are_too_many():
    told = told_of(open_packed, SCRIPT + (GZIP[:10] + b"\xff" * 20) * (MOST + 1))
    assert told.gaps == [Unscannable.ARCHIVE_MEMBERS]


def test_of_a_script_nobody_reads_more_than_its_beginning():
    assert not has_packed_behind(source_of(b"# \n" * LOOKED_THROUGH + GZIP))


@pytest.mark.parametrize("content", [b"", SCRIPT, b"\x7fELF" + GZIP, GZIP, archives.tar(GZIP)])
def test_anything_else_has_none(content):
    assert not has_packed_behind(source_of(content))


@given(st.lists(st.sampled_from([GZIP, BZIP2, XZ, GZIP[:12], XZ[:14], b"\n"]) | st.binary(max_size=20), max_size=8))
def test_any_pieces_are_answered(pieces):
    survives(open_packed, SCRIPT + b"".join(pieces))
