from __future__ import annotations

import io
import random
import struct
import zipfile
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.zip_directory import METHODS, STARTS, zip_gap
from scanner.model import Unchecked, Unscannable
from scanner.rulebook.samples.archives import DATE
from tests.clamd import settings_for
from tests.contents import Spooled, content_of, spool_in
from tests.inspection import VERSION

MIB = 1024**2
MEMBERS = {"a.txt": b"hello " * 50, "folder/b.txt": b"world", "c.bin": bytes(5000)}
ZIP = samples.zip_of(MEMBERS)
EICAR_ZIP = samples.zip_of({"a.com": samples.eicar()})


def reason_for(data: bytes, max_member: int = 400 * MIB) -> Unscannable | Unchecked | None:
    content = content_of(data, spool_in(Path(gettempdir()), max_total="64MiB", max_file="64MiB"))
    gap = zip_gap(content, max_member)
    content.close()
    return gap.reason if gap else None


def packed(method: int, content: bytes = b"hello " * 50) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("a.com", DATE), content, method)
    return buffer.getvalue()


class _Pipe(io.RawIOBase):
    """Takes bytes and cannot seek, as a response being sent."""

    def __init__(self) -> None:
        self.sent = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.sent += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]


def written(seekable: bool, zip64: bool, content: bytes = b"hello " * 50) -> bytes:
    buffer: io.BytesIO | _Pipe = io.BytesIO() if seekable else _Pipe()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.com", "w", force_zip64=zip64) as f,
    ):
        f.write(content)
    return buffer.getvalue() if isinstance(buffer, io.BytesIO) else bytes(buffer.sent)


def patched(data: bytes, mark: bytes, at: int, value: bytes) -> bytes:
    """`value` written `at` bytes into the first record that starts with `mark`."""
    position = data.index(mark) + at
    return data[:position] + value + data[position + len(value) :]


def signed_before_directory(data: bytes) -> bytes:
    """As Android signs: a block between the last member and the directory."""
    start, end = data.index(CENTRAL), data.index(END)
    block = b"APK Sig Block 42" * 4
    return data[:start] + block + data[start:end] + data[end : end + 16] + struct.pack("<IH", start + len(block), 0)


def record_behind_directory(data: bytes) -> bytes:
    """As some writers do who always add the records of zip64."""
    end = data.index(END)
    return data[:end] + b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16) + data[end:]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
EMPTY = END + bytes(18)


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("deflated members", ZIP),
        ("stored", packed(zipfile.ZIP_STORED)),
        ("bzip2", packed(zipfile.ZIP_BZIP2)),
        ("an empty archive", EMPTY),
        ("an office document", samples.docx("hello")),
        ("sizes after the data", written(seekable=False, zip64=False)),
        ("64-bit only before data whose sizes follow", written(seekable=False, zip64=True)),
        ("a script before it", b"#!/usr/bin/env python3\n" + ZIP),
        ("a comment behind it", ZIP[:-2] + b"\x05\x00hello"),
        ("something behind it", ZIP + b"\n" * 100),
        ("a signature before the directory", signed_before_directory(ZIP)),
        ("a record behind the directory", record_behind_directory(ZIP)),
    ],
)
def test_a_zip_that_clamd_opens_passes(case: str, data: bytes) -> None:
    assert reason_for(data) is None


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("nothing", b""),
        ("a text", b"PK is short for Phil Katz"),
        ("a text that ends oddly", b"hello PK\x05\x06"),
        ("an end record among constants", b"\x7fELF" + ZIP + b"more constants"),
        ("an encrypted zip among constants", b"\x7fELF" + samples.encrypted_zip_of("a", b"a", b"x") + b"more"),
        ("an end record that points nowhere", b"hello" + END + bytes(4) + b"\x01\0\x01\0" + b"\x30\0\0\0" + bytes(6)),
    ],
)
def test_what_is_no_zip_is_none_of_our_business(case: str, data: bytes) -> None:
    assert reason_for(data) is None


@pytest.mark.parametrize(
    ("case", "data", "reason"),
    [
        ("cut in the end record", ZIP[:-5], Unscannable.CORRUPT),
        ("cut in the directory", ZIP[:-30], Unscannable.CORRUPT),
        ("cut in half", ZIP[: len(ZIP) // 2], Unscannable.CORRUPT),
        ("nothing but a local header", LOCAL, Unscannable.CORRUPT),
        ("bytes missing in the middle", ZIP[:40] + ZIP[50:], Unscannable.CORRUPT),
        ("a member counted but not listed", patched(ZIP, END, 10, b"\x04"), Unscannable.CORRUPT),
        ("a member that is elsewhere", patched(ZIP, CENTRAL, 42, b"\x01"), Unscannable.CORRUPT),
        ("other sizes before the data", patched(ZIP, LOCAL, 18, b"\x01\0"), Unscannable.CORRUPT),
        ("another method before the data", patched(ZIP, LOCAL, 8, b"\x00"), Unscannable.CORRUPT),
        ("encrypted", samples.encrypted_zip_of("a.com", b"a", b"secret"), Unscannable.ENCRYPTED),
        ("encrypted, says the directory only", patched(ZIP, CENTRAL, 8, b"\x01"), Unscannable.ENCRYPTED),
        ("encrypted, says the local header only", patched(ZIP, LOCAL, 6, b"\x01"), Unscannable.ENCRYPTED),
        ("masked headers", patched(ZIP, CENTRAL, 8, b"\x00\x20"), Unscannable.ENCRYPTED),
        ("AES", patched(ZIP, CENTRAL, 10, b"\x63"), Unscannable.ENCRYPTED),
        ("lzma", packed(zipfile.ZIP_LZMA), Unscannable.FORMAT),
        ("zstd", patched(ZIP, CENTRAL, 10, b"\x5d"), Unscannable.FORMAT),
        ("64-bit sizes before the data", written(seekable=True, zip64=True), Unscannable.FORMAT),
        ("64-bit sizes in the directory", patched(ZIP, CENTRAL, 24, b"\xff" * 4), Unscannable.FORMAT),
        ("a 64-bit directory", patched(ZIP, END, 16, b"\xff" * 4), Unscannable.FORMAT),
        (
            "a self-extractor with an encrypted member",
            b"MZ" + samples.encrypted_zip_of("a", b"a", b"x"),
            Unscannable.ENCRYPTED,
        ),
    ],
)
def test_what_clamd_would_pass_over_in_silence(case: str, data: bytes, reason: Unscannable) -> None:
    assert reason_for(data) is reason


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("cut", EICAR_ZIP[:-30]),
        ("64-bit sizes before the data", written(seekable=True, zip64=True, content=samples.eicar())),
        ("lzma", packed(zipfile.ZIP_LZMA, samples.eicar())),
        ("other sizes before the data", patched(EICAR_ZIP, LOCAL, 18, b"\0\0")),
    ],
)
def test_clamd_does_pass_them_over(clamd: PrivateClamd, spooled: Spooled, case: str, data: bytes) -> None:
    """The reason for this module. Should a newer clamd look into one of them, its rule can go."""
    inspection = Clamd(settings_for(clamd.address)).inspect(VERSION, NobodyToAsk(), spooled(data))

    assert (inspection.findings, inspection.gap) == ((), None)


@pytest.mark.parametrize("seekable", [True, False])
def test_clamd_finds_what_we_let_pass(clamd: PrivateClamd, spooled: Spooled, seekable: bool) -> None:
    data = written(seekable, zip64=not seekable, content=samples.eicar())
    inspection = Clamd(settings_for(clamd.address)).inspect(VERSION, NobodyToAsk(), spooled(data))

    assert reason_for(data) is None
    assert [finding.malware for finding in inspection.findings] == [True]


def test_members_that_clamd_would_cut_and_bombs_are_limits() -> None:
    large = samples.zip_of({"a": random.Random(1).randbytes(2 * MIB), "b": b"b"})
    bomb = samples.zip_of({str(n): bytes(MIB) for n in range(3)})

    assert reason_for(large, max_member=2 * MIB) is None
    assert reason_for(large, max_member=2 * MIB - 1) is Unscannable.LIMITS
    assert reason_for(bomb, max_member=MIB) is Unscannable.LIMITS
    assert reason_for(bomb, max_member=3 * MIB) is None


def test_thousands_of_members_are_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(12_000):
            archive.writestr(str(number), b"")

    assert reason_for(buffer.getvalue()) is None


@given(st.binary(max_size=400) | st.tuples(st.sampled_from(STARTS), st.binary(max_size=400)).map(b"".join))
def test_no_bytes_break_it(data: bytes) -> None:
    reason = reason_for(data)

    assert reason is not None or not data.startswith(STARTS) or data.startswith(EMPTY[:10]) or zip_opens(data)


def zip_opens(data: bytes) -> bool:
    try:
        zipfile.ZipFile(io.BytesIO(data)).close()
    except (zipfile.BadZipFile, NotImplementedError):
        return False
    return True


@given(
    st.sampled_from([ZIP, EICAR_ZIP, samples.docx("hello"), written(seekable=False, zip64=False)]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=3),
    st.integers(0, 60),
)
def test_a_damaged_zip_passes_only_where_others_open_it_too(
    data: bytes, edits: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(data)
    for position, value in edits:
        damaged[position % len(damaged)] = value
    content = bytes(damaged[: len(damaged) - cut])
    if not content.startswith(STARTS) or reason_for(content) is not None:
        return

    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except NotImplementedError:
        return  # the version a member needs, which clamd does not ask for
    with archive:
        assert all(not info.flag_bits & 0x2041 and info.compress_type in METHODS for info in archive.infolist())
        assert {info.file_size < 400 * MIB for info in archive.infolist()} <= {True}


WHEELS = sorted(Path(zipfile.__file__).parent.rglob("*.whl"))


@pytest.mark.parametrize("path", WHEELS, ids=lambda path: path.name)
def test_wheels_of_this_python_pass(path: Path) -> None:
    assert reason_for(path.read_bytes()) is None
