"""Documents as zips."""

from __future__ import annotations

import io
import zipfile

import pytest

from demo.samples import encrypted_zip_of, zip_of
from scanner.inspection.unpack.openers import package
from scanner.inspection.unpack.openers.package import Package, has_part, is_elsewhere, tell_gap
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, source_of


def test_parts_are_told_apart_without_regard_to_case_and_slashes():
    opened = Package(io.BytesIO(zip_of({"Word\\A.xml": b"a", "/b.XML": b"b"})))

    assert opened.names == ("word/a.xml", "b.xml")
    assert opened.read("word/a.xml", 10) == b"a"


@pytest.mark.parametrize("content", [b"", b"PK\3\4" + bytes(40), zip_of({"a": b"a"})[:-1]])
def test_what_is_no_zip_is_damaged(content):
    with pytest.raises(ValueError, match="zip: "):
        Package(io.BytesIO(content))


def test_a_directory_larger_than_that_of_any_document_is_not_read():
    content = bytearray(zip_of({"a": b"a"}))
    content[-10:-6] = (5 * 1024**2).to_bytes(4, "little")

    with pytest.raises(ValueError, match="zip: "):
        Package(io.BytesIO(bytes(6 * 1024**2) + content))


def test_a_part_that_is_encrypted_missing_or_damaged_cannot_be_read():
    damaged = bytearray(zip_of({"a": b"content" * 100}))
    damaged[40:44] = b"\xff\xff\xff\xff"
    for content, name in [(encrypted_zip_of("a", b"a", b"x"), "a"), (zip_of({}), "a"), (bytes(damaged), "a")]:
        with pytest.raises(ValueError, match="part 'a'"):
            Package(io.BytesIO(content)).read(name, 1000)


def test_a_part_longer_than_asked_for_is_too_much():
    with pytest.raises(TooMuch):
        Package(io.BytesIO(zip_of({"a": bytes(1000)}))).read("a", 999)


def test_all_parts_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(package, "MAX_BYTES", 1500)
    opened = Package(io.BytesIO(zip_of({"a": bytes(1000), "b": bytes(1000)})))

    assert opened.read("a", 1000) == bytes(1000)
    with pytest.raises(TooMuch):
        opened.read("b", 1000)


def test_a_method_that_nobody_knows_is_damage():
    content = bytearray(zip_of({"a": b"a"}))
    for place in (8, content.index(b"PK\1\2") + 10):
        content[place] = 97

    with pytest.raises(ValueError, match="part"):
        Package(io.BytesIO(bytes(content))).read("a", 10)


def test_a_limit_is_no_damage():
    record = Record()
    tell_gap(record, TooMuch("more"))
    tell_gap(record, ValueError("broken"))

    assert record.gaps == [Unscannable.LIMITS, Unscannable.CORRUPT]


def test_the_members_of_zip64_are_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"a")

    assert Package(buffer).read("a", 1) == b"a"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("HTTP://example.org", True),
        ("//server/share/t.dotx", True),
        ("file://server/share/t.dotx", True),
        ("file:////server/share/t.dotx", True),
        (r"file:\\server\share\t.dotx", True),
        (r"file:///\\server\share\t.dotx", True),
        ("file:///c:/t.dotx", False),
        ("file://localhost/c:/t.dotx", False),
        (r"file://C:\t.dotx", False),
        (r"C:\t.dotx", False),
        ("t.dotx", False),
        ("", False),
    ],
)
def test_elsewhere_is_over_a_network(target, expected):
    assert is_elsewhere(target) is expected


@pytest.mark.parametrize(
    ("content", "has_both"),
    [
        (zip_of({"A.xml": b"", "b/C.xml": b"", "d": b""}), True),
        (zip_of({"a.xml": b""}), False),
        (b"PK\3\4 and no zip", False),
        (b"", False),
    ],
)
def test_whether_it_has_parts_is_a_question_that_damage_answers_with_no(content, has_both):
    assert has_part(source_of(content), "a.xml", "b/c.xml") is has_both


def test_members_with_bytes_that_say_they_are_no_files_are_given_out():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, attributes in (("File", 0o100644), ("Link", 0o120777), ("Folder/", 0o040755)):
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, attributes << 16
            archive.writestr(member, b"target" if name != "Folder/" else b"")

    assert [(name, b"".join(pieces)) for name, pieces in Package(buffer).disguised()] == [("Link", b"target")]
