"""What headers tell of a zip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples as honest
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.samples import zips
from scanner.inspection.selftest.zip_kind import ZipKind, zip_kind


def kind(data: bytes) -> ZipKind | None:
    return zip_kind(memory_content(data, mime_of))


def plain(*methods: int, members: int = 1, **other: bool) -> ZipKind:
    traits = {"sizes_64": False, "sizes_behind": False, "appended": False, **other}
    return ZipKind(frozenset(methods), members, **traits)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zips.stored(b"a"), plain(0)),
        (zips.deflated(b"a"), plain(8)),
        (zips.xz_packed(b"a"), plain(95)),
        (zips.with_64_bit_sizes(b"a"), plain(8, sizes_64=True)),
        (zips.with_sizes_behind(b"a"), plain(8, sizes_behind=True)),
        (zips.appended(b"a"), plain(8, appended=True)),
        (honest.zip_of({"a": b"a", "b": b"b"}), plain(8, members=2)),
        (honest.zip_of({}), plain(members=0)),
        (zips.stored(b"a")[:-4], None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_zip_by_its_headers(data: bytes, expected: ZipKind | None) -> None:
    assert kind(data) == expected


@given(st.binary(max_size=80), st.integers(0, 200))
def test_damage_raises_nothing(noise: bytes, at: int) -> None:
    whole = zips.with_64_bit_sizes(b"hello")
    kind(whole[:at] + noise + whole[at + len(noise) :])
