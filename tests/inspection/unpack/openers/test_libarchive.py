"""The library through functions of our own."""

from __future__ import annotations

import io
import tarfile

import pytest

from demo.samples import encrypted_zip_of, zip_of
from scanner.inspection.selftest.samples.archives import written
from scanner.inspection.unpack.openers.libarchive import Archive, Broken, Entry

PAYLOAD = b"payload\n" * 9


def all_of(archive: Archive) -> list[tuple[Entry, bytes]]:
    found = []
    while (entry := archive.next_entry()) is not None:
        found.append((entry, b"".join(archive.pieces())))
    return found


@pytest.mark.parametrize(
    ("kind", "reader"),
    [
        ("zip", "zip"),
        ("7zip", "7zip"),
        ("gnutar", "tar"),
        ("iso9660", "iso9660"),
        ("cpio", "cpio"),
        ("xar", "xar"),
        ("warc", "warc"),
    ],
)
def test_entries_have_the_bytes_that_were_put_in_and_no_more(kind, reader):
    with Archive(io.BytesIO(written(PAYLOAD, kind)), [reader]) as archive:
        entries = {entry.name: content for entry, content in all_of(archive) if not entry.folder}

    assert entries["payload.com"] == PAYLOAD


def test_a_format_that_was_not_asked_for_is_not_read():
    with pytest.raises(Broken, match="Unrecognized"), Archive(io.BytesIO(zip_of({"a": b"x"})), ["7zip"]):
        pass


def test_an_entry_that_is_not_read_does_not_stand_in_the_way_of_the_next():
    with Archive(io.BytesIO(zip_of({"a": b"x" * 100_000, "b": b"y"})), ["zip"]) as archive:
        names = [archive.next_entry().name, archive.next_entry().name, archive.next_entry()]

    assert names == ["a", "b", None]


def test_the_bytes_of_an_entry_with_a_wrong_checksum_come_before_the_complaint():
    content = zip_of({"a": b"x" * 100})
    broken = content.replace(content[14:18], b"\1\2\3\4")
    pieces = []
    with Archive(io.BytesIO(broken), ["zip"]) as archive:
        archive.next_entry()
        with pytest.raises(Broken, match="CRC") as raised:
            pieces.extend(archive.pieces())

    assert (pieces, raised.value.final) == ([b"x" * 100], False)


def test_a_hole_in_a_sparse_file_is_zeros():
    with Archive(io.BytesIO(sparse_tar()), ["tar"]) as archive:
        ((entry, content),) = all_of(archive)

    assert (entry.size, content) == (3000, bytes(1024) + b"x" * 512 + bytes(3000 - 1536))


def sparse_tar() -> bytes:
    """As GNU tar's oldest form writes it: pieces (offset, length), then the real size."""
    header = bytearray(tarfile.TarInfo("sparse").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"%011o\0" % 512
    header[156:157] = b"S"
    header[386:410] = b"%011o\0%011o\0" % (1024, 512)
    header[410:434] = b"%011o\0%011o\0" % (3000, 0)
    header[483:495] = b"%011o\0" % 3000
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"x" * 512 + bytes(1024)


def test_names_in_any_alphabet_are_told_and_broken_ones_do_not_stop_it():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        for name in ("gr\xfc\xdfe", "plain"):
            archive.addfile(tarfile.TarInfo(name))
    with Archive(buffer, ["tar"]) as archive:
        names = [entry.name for entry, _ in all_of(archive)]

    assert names == ["gr\ufffd\ufffde", "plain"]


def test_folders_are_told_apart_from_files():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        archive.addfile(tarfile.TarInfo("file"))
    with Archive(buffer, ["tar"]) as archive:
        assert [entry.folder for entry, _ in all_of(archive)] == [True, False]


@pytest.mark.parametrize(("passwords", "content"), [(["wrong", "right"], b"hush"), (["wrong"], None), ([], None)])
def test_passwords_are_tried_one_after_the_other(passwords, content):
    with Archive(io.BytesIO(encrypted_zip_of("a", b"hush", b"right")), ["zip"], (), passwords) as archive:
        entry = archive.next_entry()
        assert entry.encrypted
        if content is None:
            with pytest.raises(Broken, match=r"(?i)passphrase"):
                list(archive.pieces())
        else:
            assert b"".join(archive.pieces()) == content


def test_a_source_that_cannot_be_read_is_broken_and_not_at_its_end():
    class Failing(io.BytesIO):
        def readinto(self, buffer):
            raise OSError("a bad sector")

    with pytest.raises(Broken), Archive(Failing(zip_of({"a": b"x"})), ["zip"]) as archive:
        archive.next_entry()


def test_closing_twice_does_no_harm():
    archive = Archive(io.BytesIO(zip_of({"a": b"x"})), ["zip"])
    archive.close()
    archive.close()
