"""What stands behind an archive's end."""

from __future__ import annotations

import pytest

from scanner.inspection.selftest.samples import archives, rars
from scanner.inspection.unpack.openers.archive import open_archive
from scanner.inspection.unpack.openers.rest import MOST_LEFT, filled_from
from scanner.inspection.unpack.opening import BEHIND
from tests.inspection.unpack.openers.recording import source_of, told_of

PAYLOAD = b"payload\n" * 9
REST = b"an epilogue " * 9
ARCHIVES = {
    "cab": archives.cab(PAYLOAD),
    "lzh": archives.lzh(PAYLOAD),
    "rar 4": rars.rar4(PAYLOAD),
    "rar 5": rars.rar5(PAYLOAD),
    **{kind: archives.written(PAYLOAD, kind) for kind in ("7zip", "cpio", "cpio_newc", "gnutar", "iso9660", "xar")},
}
EXACT = sorted(set(ARCHIVES) - {"rar 5", "xar"})


def rest_of(content):
    return [data for name, data in told_of(open_archive, content).members if name == BEHIND]


@pytest.mark.parametrize("kind", EXACT)
@pytest.mark.parametrize("zeros", [0, 1, 512, 100_000])
def test_it_is_handed_on_without_the_zeros_before_it(kind, zeros):
    (rest,) = rest_of(ARCHIVES[kind] + bytes(zeros) + REST)
    assert rest.lstrip(b"\0") == REST
    assert len(rest) - len(REST) < 512


@pytest.mark.parametrize("kind", sorted(set(ARCHIVES) - set(EXACT)))
def test_where_the_end_is_not_certain_an_archive_begins_where_it_does(kind):
    cab = archives.cab(b"other")
    assert rest_of(ARCHIVES[kind] + cab) == [cab]
    assert rest_of(ARCHIVES[kind] + REST)[0].endswith(REST)


@pytest.mark.parametrize("kind", sorted(set(ARCHIVES) - {"xar"}))
def test_zeros_and_nothing_are_nothing(kind):
    assert rest_of(ARCHIVES[kind] + bytes(3 * MOST_LEFT)) == rest_of(ARCHIVES[kind]) == []


def test_a_disc_keeps_the_zeros_that_it_begins_with():
    disc = ARCHIVES["iso9660"]
    assert rest_of(ARCHIVES["gnutar"] + disc) == [disc]


def test_a_disc_is_not_behind_itself():
    disc = bytes(32_769) + b"BEA01\1" + bytes(30_000)
    assert all(len(rest) < len(disc) for rest in rest_of(disc))


def test_what_cannot_be_read_of_a_tar_is_told_only():
    tar = archives.tar(PAYLOAD)
    assert rest_of(tar[:1024] + b"x" * 2000) == []


def test_the_first_byte_that_is_no_zero_is_found():
    file = source_of(bytes(300_000) + b"x").file
    assert [filled_from(file, place) for place in (0, 300_000, 300_001, 999_999)] == [300_000, 300_000, None, None]
