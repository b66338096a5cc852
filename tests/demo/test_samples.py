"""The samples are what they say they are, by tools that are not ours."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest

from demo import samples
from scanner.files.kind import mime_of


def test_the_test_file_is_the_one_that_all_antivirus_programs_know() -> None:
    content = samples.eicar()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (68, samples.EICAR_SHA256)


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (samples.docx("a plan"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (samples.pdf("a report"), "application/pdf"),
        (samples.png(), "image/png"),
        (samples.zip_of({"a": b"b"}), "application/zip"),
        (samples.gz(b"b"), "application/gzip"),
        (samples.encrypted_zip_of("a", b"b", b"pw"), "application/zip"),
    ],
    ids=["docx", "pdf", "png", "zip", "gz", "encrypted zip"],
)
def test_a_sample_is_of_the_type_that_its_name_says(content: bytes, mime: str) -> None:
    assert mime_of(content) == mime


def test_the_program_is_one_for_libmagic() -> None:
    assert mime_of(samples.windows_program()) in (
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
    )


def test_archives_hold_what_was_put_into_them() -> None:
    members = {"a.txt": b"hello", "deep/b.bin": bytes(range(256))}
    with zipfile.ZipFile(io.BytesIO(samples.zip_of(members))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members
    with tarfile.open(fileobj=io.BytesIO(samples.tar_gz_of(members))) as tar:
        assert {one.name: one.size for one in tar} == {name: len(content) for name, content in members.items()}
    assert gzip.decompress(samples.gz(b"hello")) == b"hello"


def test_an_encrypted_archive_opens_with_its_password_and_with_no_other() -> None:
    with zipfile.ZipFile(io.BytesIO(samples.encrypted_zip_of("a.csv", b"a;b\n" * 9, b"pw"))) as archive:
        assert archive.read("a.csv", pwd=b"pw") == b"a;b\n" * 9
        with pytest.raises(RuntimeError, match="Bad password"):
            archive.read("a.csv", pwd=b"other")


def test_the_same_sample_is_the_same_bytes_each_time() -> None:
    assert samples.docx("a") == samples.docx("a")
    assert samples.gz(b"a") == samples.gz(b"a")


def test_what_is_cut_off_opens_no_more() -> None:
    cut = samples.truncated(samples.zip_of({"a": bytes(range(256))}))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(cut))
