"""Contents made to do harm, through the real sandbox with the bounds it has by default.

Each ends in the gap that says what it is, in time (or the gap would be `scan-time`), without a byte outside of the
spool folder and without the service growing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.samples import encrypted_zip_of, zip_of
from scanner.inspection.selftest.samples import rars
from scanner.inspection.selftest.samples.archives import written
from scanner.inspection.selftest.samples.zips import nested
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Unscannable
from scanner.settings.sections import UnpackSettings
from tests.inspection.unpack import hostile
from tests.inspection.unpack.hostile import BILLION_LAUGHS, FOREIGN, MIB, QUADRATIC, docx_of, odt_of
from tests.inspection.unpack.taken import anatomy_of, gap_of, take_apart

PAYLOAD = b"An innocent payload.\n" * 9
GROWTH = 48 * MIB
"""Bytes by which the service may grow at its peak, with the content itself, which is the test's."""

ROWS: dict[str, tuple[Callable[[], bytes], Unscannable | None]] = {
    "zip of zeros to 10 GiB": (hostile.zip_of_zeros, Unscannable.ARCHIVE_RATIO),
    "zip of many members of zeros": (
        lambda: hostile.zip_of_zeros(40 * MIB, tuple(map(str, range(9)))),
        Unscannable.ARCHIVE_RATIO,
    ),
    "zips in zips, sixteen in each": (hostile.forty_two, Unscannable.ARCHIVE_MEMBERS),
    "110 zips in each other": (lambda: nested(PAYLOAD, 110), Unscannable.ARCHIVE_DEPTH),
    "a directory that claims a billion members": (hostile.billion_entries, Unscannable.ARCHIVE_MEMBERS),
    "a directory that names one member 150,000 times": (hostile.many_entries, Unscannable.ARCHIVE_MEMBERS),
    "members that overlap": (hostile.overlapping, Unscannable.CORRUPT),
    "names that climb out": (
        lambda: zip_of({"../../../etc/cron.d/a": b"x", "..\\..\\a.exe": b"y", "a/../../b": b"z"}),
        None,
    ),
    "absolute names": (lambda: zip_of({"/etc/cron.d/a": b"x", "C:\\Windows\\a.exe": b"y", "\\\\host\\a": b"z"}), None),
    "links and devices in a tar": (hostile.links_and_devices, None),
    "a link in a zip": (hostile.zip_with_link, None),
    "a sparse file of exabytes": (hostile.endless_hole, Unscannable.ARCHIVE_RATIO),
    "an encrypted member": (lambda: encrypted_zip_of("a", PAYLOAD, b"unknown"), Unscannable.ENCRYPTED),
    "a zip cut off": (lambda: zip_of({"a": os.urandom(999)})[:-60], Unscannable.CORRUPT),
    "a 7z cut off": (lambda: written(os.urandom(999), "7zip")[:-60], Unscannable.CORRUPT),
    "a tar cut off": (lambda: written(os.urandom(9999), "gnutar")[:8000], Unscannable.CORRUPT),
    "a rar cut off": (lambda: rars.rar5(os.urandom(999))[:-60], Unscannable.CORRUPT),
    "a wrong checksum in a zip": (
        lambda: hostile.wrong_checksum(zip_of({"a": PAYLOAD}), PAYLOAD),
        Unscannable.CORRUPT,
    ),
    "other bytes in a 7z than were packed": (
        lambda: (content := written(PAYLOAD, "7zip"))[:40] + bytes([content[40] ^ 0xFF]) + content[41:],
        Unscannable.CORRUPT,
    ),
    "a wrong checksum in a rar": (
        lambda: hostile.wrong_checksum(rars.rar5(PAYLOAD), PAYLOAD),
        Unscannable.CORRUPT,
    ),
    **{f"zeros packed by {kind}": (make, Unscannable.ARCHIVE_RATIO) for kind, make in hostile.PACKED_ZEROS.items()},
    "a billion laughs in a docx": (lambda: docx_of(BILLION_LAUGHS), Unscannable.CORRUPT),
    "a billion laughs in an odt": (lambda: odt_of(BILLION_LAUGHS), Unscannable.CORRUPT),
    "an entity over and over in a docx": (lambda: docx_of(QUADRATIC), Unscannable.CORRUPT),
    "an entity from elsewhere in a docx": (lambda: docx_of(FOREIGN), Unscannable.CORRUPT),
    "an entity from elsewhere in an odt": (lambda: odt_of(FOREIGN), Unscannable.CORRUPT),
    "XML in XML in XML": (lambda: docx_of(b"<a>" * 1_000_000), Unscannable.CORRUPT),
    "a PDF with pages in a circle": (hostile.pdf_with_circling_pages, Unscannable.CORRUPT),
    "a PDF with references in a circle": (hostile.pdf_with_circling_references, Unscannable.CORRUPT),
    "a PDF with arrays in arrays": (hostile.pdf_with_deep_arrays, Unscannable.LIMITS),
    "a PDF with tables in a circle": (hostile.pdf_with_circling_tables, None),
    "a PDF with zeros packed twice": (hostile.pdf_with_packed_zeros, Unscannable.LIMITS),
    "RTF in RTF in RTF": (lambda: b"{\\rtf1" + b"{" * 1_000_000, Unscannable.LIMITS),
    "parts in parts of a mail": (hostile.deep_mail, Unscannable.CORRUPT),
    "20,000 mails in one file": (hostile.mailbox, Unscannable.ARCHIVE_MEMBERS),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("unpacked") / "spool"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def unpacker(folder) -> Iterator[Unpacker]:
    made = Unpacker(UnpackSettings(processes=1), folder=folder)
    yield made
    made.close()


def peak() -> int:
    """Bytes of memory that this process has held at once since `forget_peak`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


@pytest.mark.parametrize("row", ROWS)
def test_bad_input_ends_in_a_named_result(unpacker, folder, row):
    make, reason = ROWS[row]
    content = make()
    before = forget_peak()

    anatomy = anatomy_of(unpacker, content)
    gap = anatomy.gap or anatomy.text_gap

    assert (gap and gap.reason, gap and gap.transient) == (reason, None if reason is None else False)
    assert peak() - before < GROWTH
    assert (list(folder.iterdir()), list(folder.parent.iterdir())) == ([], [folder])


def test_the_sandbox_outlives_all_of_them(unpacker):
    assert take_apart(unpacker, zip_of({"a": PAYLOAD})).members == {"a": PAYLOAD}


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (ROWS["names that climb out"][0](), ["../../../etc/cron.d/a", "../../a.exe", "a/../../b"]),
        (ROWS["absolute names"][0](), ["/etc/cron.d/a", "C:/Windows/a.exe", "//host/a"]),
    ],
)
def test_hostile_names_are_told_and_end_as_the_name_of_a_file(unpacker, content, places):
    members = anatomy_of(unpacker, content).members

    assert [member.place for member in members] == places
    assert {re.sub(r"[\w.]", "", member.name) for member in members} == {""}


def test_what_a_link_points_to_is_not_read(unpacker):
    taken = take_apart(unpacker, hostile.links_and_devices())

    assert taken.members == dict.fromkeys(["link", "hard", "link/behind", "zero", "disk", "pipe"], b"")


@pytest.mark.parametrize("content", [docx_of(FOREIGN), odt_of(FOREIGN)])
def test_what_an_entity_points_to_is_not_read(unpacker, content):
    assert "root:" not in take_apart(unpacker, content).text


def test_bytes_beyond_the_total_are_not_written(folder):
    unpacker = Unpacker(
        UnpackSettings.model_validate({"processes": 1, "max_total": "1MiB", "max_ratio": 100_000}), folder=folder
    )

    taken = take_apart(unpacker, hostile.zip_of_zeros(10 * MIB))

    assert (taken.members, taken.gap) == ({"zeros": None}, Unscannable.ARCHIVE_SIZE)
    unpacker.close()


def test_a_content_that_takes_too_long_is_told_so():
    unpacker = Unpacker(UnpackSettings.model_validate({"processes": 1, "deadline": "1s"}))

    gap = gap_of(unpacker, zip_of({f"{n}.txt": b"%d" % n for n in range(9_999)}))  # libmagic alone takes three

    assert gap is not None
    assert gap.reason is Unscannable.SCAN_TIME
    unpacker.close()
