"""VBA projects and macro sheets. olevba is the second opinion."""

from __future__ import annotations

import io
import struct
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.compound import compound_file
from scanner.inspection.unpack.openers.macros import (
    decompressed,
    starts_itself,
    starts_sheet,
    tell_macros,
    tell_sheet_macros,
)
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file as compound_of
from tests.inspection.unpack.openers.recording import Record
from tests.inspection.unpack.openers.vba import OPENS_ITSELF, WAITS, compressed, project, vba_project

with warnings.catch_warnings():  # olevba uses what its own dependency advises against
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser, decompress_stream

BOTH = {Trait.MACRO, Trait.AUTO_EXEC_MACRO}


def macros_of(content: bytes) -> tuple[Record, list[str]]:
    record = Record()
    with compound_file(io.BytesIO(content), len(content)) as compound:
        return record, tell_macros(compound, record)


def test_the_sources_are_those_that_olevba_reads():
    content = vba_project({"ThisDocument": OPENS_ITSELF, "Module1": WAITS * 20, "Modül": "x = 1\r\n"})

    record, sources = macros_of(content)

    olevba = VBA_Parser("vbaProject.bin", data=content, disable_pcode=True)
    assert sources == [source for _, _, _, source in olevba.extract_all_macros()]
    assert record == Record(traits=BOTH)


def test_a_project_deep_in_other_storages_is_found():
    record, sources = macros_of(compound_of({"Macros": project({"Module1": WAITS}), "WordDocument": b"text"}))

    assert record.traits == {Trait.MACRO}
    assert len(sources) == 1


def test_a_compound_file_without_a_project_has_no_macros():
    assert macros_of(compound_of({"VBA": {"notes": b"VBA"}, "dir": b"\1"})) == (Record(), [])


def test_a_module_that_is_not_where_the_project_says_is_found_by_how_modules_begin():
    tree = project({"Module1": OPENS_ITSELF})
    folder = tree["VBA"]
    assert not isinstance(folder, bytes)
    stream = folder["Module1"]
    assert isinstance(stream, bytes)

    record, _ = macros_of(compound_of({"VBA": {**folder, "Module1": b"more compiled" + stream}}))

    assert record == Record(traits=BOTH)


@pytest.mark.parametrize("name", ["dir", "Module1"])
def test_a_project_that_cannot_be_read_is_one_all_the_same_and_said_to_be_incomplete(name):
    folder = project({"Module1": OPENS_ITSELF})["VBA"]
    assert not isinstance(folder, bytes)

    record, _ = macros_of(compound_of({"VBA": {**folder, name: b"damaged"}}))

    assert (record.traits, record.gaps) == ({Trait.MACRO}, [Unscannable.CORRUPT])


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("Module1", "Sub AutoOpen()", True),
        ("Module1", "private sub  Document_open ( )", True),
        ("ThisWorkbook", "Public Static Sub _ \r\n Workbook_Open()", True),
        ("ThisWorkbook", "Private Sub Workbook_BeforeClose(Cancel As Boolean)", True),
        ("Module1", "Function Auto_Open()", True),
        ("Sheet1", "Private Sub InkPicture1_Painted(ByVal hDC As Long)", True),
        ("AutoOpen", "Sub Main()", True),
        ("Module1", "Sub Main()", False),
        ("Module1", "' Sub AutoOpen() ran here once", False),
        ("Module1", 'MsgBox "Sub AutoOpen()"', False),
        ("Module1", "Sub AutoOpener()", False),
        ("Module1", "Sub CallAutoOpen()", False),
        ("Sheet1", "Private Sub CommandButton1_Click()", False),
        ("UserForm1", "Private Sub UserForm_Layout()", False),
        ("Module1", "Call Document_Open", False),
    ],
)
def test_code_starts_itself_where_a_procedure_has_a_name_that_office_calls(module, source, expected):
    assert starts_itself(module, f"Option Explicit\r\n{source}\r\nEnd Sub\r\n") is expected


@given(st.binary(max_size=5000))
def test_what_was_compressed_comes_out_again_and_olevba_agrees(content):
    packed = compressed(content)

    assert decompressed(packed, 5000) == content == (decompress_stream(bytearray(packed)) if content else b"")


def test_copies_may_overlap_what_they_copy():
    packed = b"\1" + struct.pack("<H", 3 | 0xB000) + b"\x02a" + struct.pack("<H", 7)

    assert decompressed(packed, 100) == b"a" * 11 == decompress_stream(bytearray(packed))


def test_no_chunk_unpacks_to_more_than_chunks_may():
    copies = b"\xfe" + b"a" + struct.pack("<H", 0xFFF) * 7
    with pytest.raises(ValueError, match="copies"):
        decompressed(b"\1" + struct.pack("<H", len(copies) - 1 | 0xB000) + copies, 10**9)


def test_sources_larger_than_allowed_are_a_limit_not_damage():
    with pytest.raises(TooMuch):
        decompressed(compressed(bytes(10_000)), 9_000)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_stream_or_damaged(content):
    try:
        assert len(decompressed(b"\1" + content, 100_000)) <= 100_000
    except ValueError:
        pass


def biff(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in records)


BOF8, BOF5, EOF = (0x809, b"\0\6\5\0"), (0x809, b"\0\5\5\0"), (0x0A, b"")
WORKSHEET, MACRO_SHEET = (0x85, b"\0\0\0\0\0\0\6\0Sheet1"), (0x85, b"\0\0\0\0\0\1\6\0Macro1")


def name_record(name: bytes, *, built_in: bool) -> tuple[int, bytes]:
    return 0x18, struct.pack("<HBBHHHI", 0x20 if built_in else 0, 0, len(name), 0, 0, 1, 0) + name


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((BOF8, WORKSHEET, EOF), set()),
        ((BOF8, MACRO_SHEET, EOF), {Trait.MACRO}),
        ((BOF8, MACRO_SHEET, name_record(b"\0\1", built_in=True), EOF), BOTH),
        ((BOF8, MACRO_SHEET, name_record(b"\0Auto_Open1", built_in=False), EOF), BOTH),
        ((BOF8, MACRO_SHEET, name_record(b"\0\6", built_in=True), EOF), {Trait.MACRO}),
        ((BOF5, MACRO_SHEET, name_record(b"\1", built_in=True), EOF), BOTH),
        ((BOF8, EOF, MACRO_SHEET), set()),
        ((BOF8, (0x18, b""), (0x85, b""), EOF), set()),
    ],
)
def test_a_macro_sheet_is_code_and_a_name_may_start_it(records, expected):
    record = Record()

    tell_sheet_macros(biff(*records), record)

    assert record.traits == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("_xlnm.Auto_Open", True), ("AUTO_CLOSE_2", True), ("_xlnm.Print_Area", False)]
)
def test_names_that_excel_starts(name, expected):
    assert starts_sheet(name) is expected
