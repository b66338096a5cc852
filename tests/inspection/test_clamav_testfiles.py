"""ClamAV's own test files (Debian: clamav-testfiles): a harmless program of 544 bytes, packed in every way that ClamAV
opens. All engines look at them as at any file; the signature knows the program alone.

Where nothing of ours takes a kind apart, all hangs on clamd: these files show that it still opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Unscannable
from scanner.settings.sections import UnpackSettings
from tests.clamd import private, remove, settings_for
from tests.inspection import MIB, VERSION

FOLDER = Path("/usr/share/clamav-testfiles")
NAME = "Test-File.UNOFFICIAL"


@dataclass(frozen=True)
class Look:
    """What is found in one file beside the find in the whole."""

    places: tuple[str, ...] = ()
    gap: Unscannable | None = None


BY_CLAMD = Look()
INSIDE = Look(("clam.exe",))
PROGRAMS = ("aspack", "fsg", "mew", "nsis", "pespin", "petite", "upack", "upx", "wwpack", "yc")
INSTALLERS = ("IScab_ext", "IScab_int", "ISmsi_ext", "ISmsi_int")
DEEP = ("a.bin!clam01.tgz", *(f"clam0{n}.tar!clam0{n + 1}.tgz" for n in range(1, 5)))
EXPECTED = {
    **{f"clam-{packer}.exe": BY_CLAMD for packer in PROGRAMS},
    **{f"clam_{installer}.exe": BY_CLAMD for installer in INSTALLERS},
    "clam.7z": INSIDE,
    "clam.arj": BY_CLAMD,
    "clam.bin-be.cpio": INSIDE,
    "clam.bin-le.cpio": INSIDE,
    "clam.bz2.zip": BY_CLAMD,
    "clam.cab": INSIDE,
    "clam.chm": BY_CLAMD,
    "clam.d64.zip": BY_CLAMD,
    "clam.ea05.exe": BY_CLAMD,
    "clam.ea06.exe": BY_CLAMD,
    "clam.exe": BY_CLAMD,
    "clam.exe.binhex": BY_CLAMD,
    "clam.exe.bz2": Look(("a.bin",)),
    "clam.exe.html": BY_CLAMD,
    "clam.exe.mbox.base64": INSIDE,
    "clam.exe.mbox.uu": INSIDE,
    "clam.exe.rtf": Look(("Clam.exe",)),
    "clam.exe.szdd": BY_CLAMD,
    "clam.impl.zip": Look(gap=Unscannable.FORMAT),
    "clam.mail": INSIDE,
    "clam.newc.cpio": INSIDE,
    "clam.odc.cpio": INSIDE,
    "clam.ole.doc": Look(("Clam.exe",)),
    "clam.pdf": INSIDE,
    "clam.ppt": Look(("object1.bin", "object1.bin!clam.exe")),
    "clam.sis": BY_CLAMD,
    "clam.tar.gz": Look(("a.bin!clam.exe",)),
    "clam.tnef": INSIDE,
    "clam.zip": BY_CLAMD,
}
NESTED = "clam_cache_emax.tgz"
"""Archives in each other, beyond the depth to which contents are taken apart."""


@pytest.fixture(scope="module")
def clamd() -> Iterator[PrivateClamd]:
    """It knows the program, by its hash, and nothing else."""
    one, program = private(), (FOLDER / "clam.exe").read_bytes()
    one.database.mkdir()
    digest = hashlib.md5(program, usedforsecurity=False).hexdigest()
    (one.database / "test-file.hdb").write_text(f"{digest}:{len(program)}:Test-File\n")
    yield one.start()
    remove(one)


@pytest.fixture(scope="module")
def panel(clamd: PrivateClamd) -> Iterator[Panel]:
    unpacker = Unpacker(UnpackSettings(processes=1))
    once = Once(unpacker)
    engines = (Containers(100 * MIB, BlindSpots), Clamd(settings_for(clamd.address)))
    yield Panel(engines, Members(once, engines, BlindSpots), once)
    unpacker.close()


def looked(panel: Panel, file: str) -> tuple[set[str], list[str], list[Unscannable]]:
    """Names found, their places, and the reasons of gaps."""
    inspections = panel.inspect(VERSION, NobodyToAsk(), memory_content((FOLDER / file).read_bytes(), mime_of))
    found = [finding for one in inspections for finding in one.findings]
    gaps = [one.gap.reason for one in inspections if one.gap is not None]
    return {one.name for one in found}, sorted(one.place for one in found), gaps  # type: ignore[return-value]  # none waits


def test_the_table_names_every_file_of_the_package() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*EXPECTED, NESTED}


@pytest.mark.parametrize("file", EXPECTED)
def test_the_program_is_found_in_whatever_clamav_opens(panel: Panel, file: str) -> None:
    expected = EXPECTED[file]
    gaps = [] if expected.gap is None else [expected.gap]
    assert looked(panel, file) == ({NAME}, ["", *expected.places], gaps)


def test_the_program_is_found_at_each_depth_and_what_lies_deeper_is_told(panel: Panel) -> None:
    names, places, gaps = looked(panel, NESTED)
    assert (names, gaps) == ({NAME}, [Unscannable.ARCHIVE_DEPTH])
    assert {"!".join(DEEP[: depth + 1]) for depth in range(len(DEEP))} <= set(places)
