"""Documents of Word, Excel and PowerPoint."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.samples import docx, zip_of
from scanner.inspection.unpack.openers.ooxml import open_ooxml
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file
from tests.inspection.unpack.openers.office import VBA_TYPE, document, packed, relationships, types, word
from tests.inspection.unpack.openers.recording import Record, survives, told_of
from tests.inspection.unpack.openers.vba import OPENS_ITSELF, WAITS, vba_project

SHEET = b'<worksheet><sheetData><row><c t="s"><v>12</v></c><c><v>4711</v></c></row></sheetData></worksheet>'
RELATIONSHIPS = "word/_rels/document.xml.rels"
BOTH = {Trait.MACRO, Trait.AUTO_EXEC_MACRO}
NOISY = vba_project({"Module1": OPENS_ITSELF})
PACKAGE = packed("invoice.exe", b"MZ")


def test_of_a_plain_document_only_its_text_is_told():
    assert told_of(open_ooxml, docx("Hello, world")) == Record(texts=["Hello, world\n"])


@pytest.mark.parametrize(
    "members",
    [
        {"word/vbaProject.bin": NOISY},
        {"WORD\\VBAPROJECT.BIN": NOISY},
        {"word/logo.jpg": NOISY, RELATIONSHIPS: relationships(("vbaProject", "logo.jpg", False))},
        {"a/b.bin": NOISY, RELATIONSHIPS: relationships(("vbaProject", "../A/b.bin", False))},
        {"b.bin": NOISY, RELATIONSHIPS: relationships(("vbaProject", "/b.bin", False))},
    ],
    ids=["by name", "in other letters", "by relationship", "elsewhere", "from the root"],
)
def test_a_project_is_found_whatever_it_is_called(members):
    assert told_of(open_ooxml, word(members)) == Record(traits=BOTH, texts=["Hello\n"])


@pytest.mark.parametrize(
    "kinds", [types({"/word/code.dat": VBA_TYPE}), types(None, {"dat": VBA_TYPE.upper()})], ids=["its own", "by ending"]
)
def test_a_project_is_found_by_its_content_type(kinds):
    content = word({"word/code.dat": vba_project({"Module1": WAITS})}, kinds=kinds)

    assert told_of(open_ooxml, content).traits == {Trait.MACRO}


def test_a_printer_setting_is_no_project_for_having_the_same_ending():
    content = word({"word/printerSettings1.bin": b"printer"}, kinds=types(None, {"bin": VBA_TYPE}))

    assert told_of(open_ooxml, content) == Record(texts=["Hello\n"])


def test_a_project_that_is_damaged_is_one_that_nobody_looked_into():
    told = told_of(open_ooxml, word({"word/vbaProject.bin": b"damaged"}))

    assert (told.traits, told.gaps) == ({Trait.MACRO}, [Unscannable.CORRUPT])


@pytest.mark.parametrize(
    ("name", "expected"), [("_xlnm.Auto_Open", BOTH), ("auto_close", BOTH), ("_xlnm.Print_Area", {Trait.MACRO})]
)
def test_a_macro_sheet_is_code_and_a_name_may_start_it(name, expected):
    workbook = f'<workbook><definedNames><definedName name="{name}">m!$A$1</definedName></definedNames></workbook>'
    kinds = types({"/xl/sheet9.xml": "application/vnd.ms-excel.macrosheet+xml"})

    told = told_of(open_ooxml, document({"xl/workbook.xml": workbook.encode(), "xl/sheet9.xml": SHEET}, kinds=kinds))

    assert told.traits == expected


def test_a_ribbon_that_calls_code_when_it_is_shown_starts_it():
    ribbon = b'<customUI onLoad="go"/>'

    assert told_of(open_ooxml, word({"customUI/customUI.xml": ribbon})).traits == set()
    project = vba_project({"Module1": WAITS})
    assert told_of(open_ooxml, word({"customUI/ui.xml": ribbon, "word/vbaProject.bin": project})).traits == BOTH


@pytest.mark.parametrize(
    ("kind", "target", "expected"),
    [
        ("attachedTemplate", "https://example.org/t.dotm", True),
        ("frame", r"\\203.0.113.9\share\t.dotm", True),
        ("oleObject", "mhtml:http://example.org/x!x-usc:http://example.org/x", True),
        ("subDocument", "ftp://example.org/part.docx", True),
        ("attachedTemplate", "file:///C:\\Users\\a\\Templates\\Letter.dotx", False),
        ("hyperlink", "https://example.org/", False),
        ("image", "https://example.org/logo.png", False),
    ],
)
def test_what_is_loaded_from_elsewhere_is_an_external_template(kind, target, expected):
    content = word({"word/_rels/settings.xml.rels": relationships((kind, target, True))})

    assert told_of(open_ooxml, content).traits == ({Trait.EXTERNAL_TEMPLATE} if expected else set())


@pytest.mark.parametrize(("stream", "expected"), [(PACKAGE, {Trait.OLE_PACKAGE}), (b"\0\0\0\0BM picture", set())])
def test_a_file_put_in_as_an_object_is_a_package(stream, expected):
    rows = relationships(("oleObject", "embeddings/oleObject1.bin", False))
    members = {
        RELATIONSHIPS: rows,
        "word/embeddings/oleObject1.bin": compound_file({"\x01Ole10Native": stream}),
    }

    assert told_of(open_ooxml, word(members)).traits == expected


def test_text_of_sheets_is_shared_strings_inline_strings_numbers_and_formulas():
    inline = b'<worksheet><row><c t="inlineStr"><is><t>in line</t></is></c><c><f>A1+1</f></c></row></worksheet>'
    members = {
        "xl/sharedStrings.xml": b"<sst><si><t>shared</t></si></sst>",
        "xl/worksheets/sheet1.xml": SHEET,
        "xl/worksheets/sheet2.xml": inline,
    }

    assert told_of(open_ooxml, document(members)).all_text == "shared\n\t4711\t\nin line\tA1+1\t\n"


def test_text_of_slides_and_of_field_codes_is_told():
    slide = b'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>slide</a:t></a:r></a:p></p:sld>'
    field = b"<w:hdr><w:p><w:instrText>DDEAUTO c:\\x</w:instrText></w:p></w:hdr>"

    told = told_of(open_ooxml, document({"ppt/slides/slide1.xml": slide, "word/header1.xml": field}))

    assert told.all_text == "slide\nDDEAUTO c:\\x\n"


def test_text_of_a_binary_workbook_is_the_letters_in_it():
    kinds = types({"/xl/sharedStrings.bin": "application/vnd.ms-excel.sharedStrings"})
    strings = b"\x13\x10\0\6\0\0\0" + "secret plan".encode("utf-16-le")

    assert told_of(open_ooxml, document({"xl/sharedStrings.bin": strings}, kinds=kinds)).all_text == "secret plan\n"


def test_a_part_that_declares_entities_is_refused_and_the_rest_is_read():
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:p><w:t>&b;</w:t></w:p>'

    told = told_of(open_ooxml, word({"word/footer1.xml": bomb}))

    assert (told.gaps, told.all_text) == ([Unscannable.CORRUPT], "Hello\n")


def test_parts_that_are_larger_than_allowed_are_a_limit():
    told = told_of(open_ooxml, word({"word/footer1.xml": b"<a>" + b" " * (257 * 1024**2) + b"</a>"}))

    assert told.gaps[0] == Unscannable.LIMITS


@pytest.mark.parametrize("content", [b"", b"PK\3\4", docx("x")[:-30], zip_of({"a": b""})])
def test_what_is_no_document_is_damaged(content):
    with pytest.raises(ValueError, match=r"zip|part"):
        told_of(open_ooxml, content)


RICH = word(
    {
        "word/vbaProject.bin": NOISY,
        RELATIONSHIPS: relationships(("oleObject", "o.bin", False), ("frame", "http://a", True)),
        "word/o.bin": compound_file({"\x01Ole10Native": PACKAGE}),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_document_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place] = value

    survives(open_ooxml, bytes(content))


def test_a_small_document_costs_milliseconds():
    content = docx("Hello")
    started = time.perf_counter()
    for _ in range(50):
        told_of(open_ooxml, content)

    assert (time.perf_counter() - started) / 50 < 0.02
