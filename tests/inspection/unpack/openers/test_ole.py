"""Compound files that are documents, installers, or nothing in particular."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.ole import open_ole, stream_name
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file
from tests.inspection.unpack.openers.office import packed
from tests.inspection.unpack.openers.recording import survives, told_of
from tests.inspection.unpack.openers.vba import OPENS_ITSELF, WAITS, project, vba_project

FIB = b"\xec\xa5\xc1\0" + bytes(28)
WORD = {"WordDocument": FIB + b"Hello, world\r" + b"\0\0" + "schöne Welt".encode("utf-16-le")}
BOOK = struct.pack("<HH4s", 0x809, 4, b"\0\6\5\0") + struct.pack("<HHIBB", 0x85, 6, 0, 0, 1) + struct.pack("<HH", 10, 0)
BOTH = {Trait.MACRO, Trait.AUTO_EXEC_MACRO}


def slide_object(content: bytes, *, deflated: bool) -> bytes:
    value = struct.pack("<I", len(content)) + zlib.compress(content) if deflated else content
    inner = struct.pack("<HHI", 0x10 if deflated else 0, 0x1011, len(value)) + value
    return struct.pack("<HHI", 0xF, 1000, len(inner)) + inner


def test_text_of_a_document_is_told_whether_its_letters_are_narrow_or_wide():
    told = told_of(open_ole, compound_file(WORD))

    assert "Hello, world" in told.all_text
    assert "schöne Welt" in told.all_text
    assert (told.members, told.traits, told.gaps) == ([], set(), [])


@pytest.mark.parametrize(("source", "expected"), [(WAITS, {Trait.MACRO}), (OPENS_ITSELF, BOTH)])
def test_a_project_in_a_document_is_code_and_its_source_is_text(source, expected):
    told = told_of(open_ole, compound_file({**WORD, "Macros": project({"Module1": source})}))

    assert told.traits == expected
    assert source in told.all_text


def test_a_project_by_itself_hands_nothing_on():
    told = told_of(open_ole, vba_project({"Module1": WAITS}))

    assert (told.members, told.traits) == ([], {Trait.MACRO})


@pytest.mark.parametrize(
    "tree", [{"Workbook": BOOK}, {"Book": BOOK}, {**WORD, "ObjectPool": {"_1": {"Workbook": BOOK}}}]
)
def test_a_macro_sheet_is_code_in_a_workbook_and_in_one_inside_a_document(tree):
    assert told_of(open_ole, compound_file(tree)).traits == {Trait.MACRO}


def test_files_put_into_a_document_as_objects_are_handed_on():
    pool = {
        "_1": {"\x01Ole10Native": packed("run.exe", b"MZ")},
        "_2": {"Package": b"PK\3\4"},
        "_3": {"CONTENTS": b"%PDF"},
    }

    told = told_of(open_ole, compound_file({**WORD, "ObjectPool": pool}))

    expected = [("run.exe", b"MZ"), ("ObjectPool/_2/Package", b"PK\3\4"), ("ObjectPool/_3/CONTENTS", b"%PDF")]
    assert (told.members, told.traits) == (expected, {Trait.OLE_PACKAGE})


@pytest.mark.parametrize("deflated", [True, False])
def test_objects_among_slides_are_handed_on_and_a_project_is_one_of_them(deflated):
    code = vba_project({"Module1": OPENS_ITSELF})

    told = told_of(open_ole, compound_file({"PowerPoint Document": slide_object(code, deflated=deflated)}))

    assert (told.members, told.traits) == ([("object1.bin", code)], BOTH)


def test_of_what_is_no_document_every_stream_is_handed_on():
    told = told_of(open_ole, compound_file({"Contents": b"one", "Folder": {"Other": b"two"}}))

    assert sorted(told.members) == [("Contents", b"one"), ("Folder/Other", b"two")]


def test_a_package_by_itself_is_handed_on_once_and_another_object_as_it_is():
    told = told_of(open_ole, compound_file({"\x01Ole10Native": packed("run.exe", b"MZ"), "\x01Ole": b"x"}))
    picture = told_of(open_ole, compound_file({"\x01Ole10Native": b"\4\0\0\0BM.."}))

    assert told.members == [("run.exe", b"MZ"), ("\x01Ole", b"x")]
    assert (picture.members, picture.traits) == ([("\x01Ole10Native", b"\4\0\0\0BM..")], set())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("http://example.org/a.hta", {Trait.EXTERNAL_TEMPLATE}),
        (r"\\203.0.113.9\share\a.docx", {Trait.EXTERNAL_TEMPLATE}),
        ("C:\\a.docx", set()),
    ],
)
def test_an_object_linked_to_elsewhere_is_loaded_from_there(target, expected):
    address = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
    stream = b"\1\0\0\2" + bytes(28) + address + b"\x40\0\0\0" + target.encode("utf-16-le") + b"\0\0"

    told = told_of(open_ole, compound_file({**WORD, "ObjectPool": {"_1": {"\x01Ole": stream}}}))

    assert told.traits == expected
    assert target in told.all_text


def test_names_of_an_installer_are_unpacked():
    assert stream_name(("\u4840\u3f7f\u4164\u422f\u4836",)) == "\u4840_Tables"
    assert stream_name(("Folder", "Plain name")) == "Folder/Plain name"


@pytest.mark.parametrize(
    "tree",
    [
        {"WordDocument": FIB[:10] + b"\0\1" + bytes(100)},
        {"Workbook": BOOK[:8] + struct.pack("<HH", 0x2F, 2) + b"\0\0" + BOOK[8:]},
        {"PowerPoint Document": b"\0" * 8, "Current User": bytes(12) + b"\xdf\xc4\xd1\xf3"},
        {"EncryptedPackage": b"x" * 100, "EncryptionInfo": b"\4\0\4\0" + bytes(4) + b"<encryption/>"},
    ],
    ids=["doc", "xls", "ppt", "OOXML"],
)
def test_a_document_under_an_unknown_password_is_locked(tree):
    content = compound_file(tree)

    told = told_of(open_ole, content, name="a.doc")

    assert (told.locks, told.traits, told.all_text) == ([("a.doc", len(content))], {Trait.ENCRYPTED}, "")


def test_a_stream_that_cannot_be_read_is_a_gap_and_the_rest_is_handed_on():
    content = bytearray(compound_file({"One": b"1" * 100, "Two": b"2" * 100}))
    entry = content.index("One".encode("utf-16-le"))
    content[entry + 120 : entry + 124] = b"\0\0\0\x70"

    told = told_of(open_ole, bytes(content))

    assert (told.members, told.gaps) == ([("Two", b"2" * 100)], [Unscannable.CORRUPT])


RICH = compound_file(
    {
        "WordDocument": FIB + b"Hello, world",
        "Workbook": BOOK,
        "PowerPoint Document": slide_object(b"object", deflated=True),
        "ObjectPool": {"_1": {"\x01Ole10Native": packed("run.exe", b"MZ")}},
        "Macros": project({"Module1": OPENS_ITSELF}),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8))
def test_a_damaged_document_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place : place + len(value)] = value

    survives(open_ole, bytes(content))
