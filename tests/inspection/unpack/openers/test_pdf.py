"""PDF."""

from __future__ import annotations

import gc
import io
import zlib
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from scanner.inspection.unpack.openers import pdf as opener
from scanner.inspection.unpack.openers import pdf_objects
from scanner.inspection.unpack.openers.pdf import open_pdf
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, source_of, survives, told_of

FILE = b"<< /Type /EmbeddedFile /Length 7 >>\nstream\nMZ12345\nendstream"


def pdf_of(*objects: bytes, root: bytes = b"") -> bytes:
    """A document with one empty page, and these objects from number 4 on."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate([b"<< /Type /Catalog /Pages 2 0 R %s >>" % root, pages, page, *objects], 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, len(out))
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(offsets) + 1, table, trailer)


def page(text: str) -> bytes:
    font = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    plain = pdf_of(stream_of(content))
    return plain.replace(b"/MediaBox [0 0 9 9]", b"/MediaBox [0 0 9 9] /Contents 4 0 R " + font)


def stream_of(content: bytes, keys: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (keys, len(packed), packed)


def written(**encryption: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(page("Hello, world")))
    writer.add_attachment("réport.exe", b"MZ")
    if encryption:
        writer.encrypt(**encryption, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_of_a_plain_document_only_its_text_is_told():
    assert told_of(open_pdf, page("Hello, world")) == Record(texts=["Hello, world\n"])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", {Trait.PDF_JAVASCRIPT}),
        (b"<< /S /J#61va#53cript /J#53 (app.alert\\(1\\)) >>", {Trait.PDF_JAVASCRIPT}),
        (b"<< /A [ << /Next << /S /JavaScript >> >> ] >>", {Trait.PDF_JAVASCRIPT}),
        (b"<< /S /Launch /F (cmd.exe) >>", {Trait.PDF_LAUNCH}),
        (b"<< /S /#4caunch /F (cmd.exe) >>", {Trait.PDF_LAUNCH}),
        (b"<< /S /URI /URI (https://example.org/JavaScript) >>", set()),
        (b"(/S /JavaScripts)", set()),
        (b"<< /XFA %s >>", set()),
    ],
)
def test_actions_are_found_wherever_they_are_and_however_they_are_written(found, expected):
    for content in (pdf_of(found), pdf_of(b"null", found)):
        assert told_of(open_pdf, content).traits == expected


def test_actions_inside_compressed_objects_are_found():
    packed = stream_of(b"5 0 << /S /Launch /F (cmd.exe) >>", b"/Type /ObjStm /N 1 /First 4")
    entries = b"\0\0\0\xff\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\2\0\4\0"
    content = pdf_of(packed, stream_of(entries, b"/Type /XRef"))

    assert told_of(open_pdf, content[:20] + content[30:]).traits == {Trait.PDF_LAUNCH}


def test_the_source_of_a_script_is_text():
    in_stream = b"<< /S /JavaScript /JS 5 0 R >>"

    told = told_of(open_pdf, pdf_of(in_stream, stream_of(b"app.alert(1)"), b"<< /S /JavaScript /JS (two\\(\\)) >>"))

    assert "app.alert(1)\n" in told.all_text
    assert "two()\n" in told.all_text


def test_a_form_with_script_is_script():
    form = stream_of(b'<script contentType="application/x-javascript">x</script>')

    assert told_of(open_pdf, pdf_of(b"<< /XFA [(a) 5 0 R] >>", form)).traits == {Trait.PDF_JAVASCRIPT}
    assert told_of(open_pdf, pdf_of(b"<< /XFA 5 0 R >>", stream_of(b"<form/>"))).traits == set()


def test_embedded_files_are_handed_on_once_under_their_own_names():
    told = told_of(open_pdf, pdf_of(b"<< /Type /Filespec /F (a.exe) /UF (b.exe) /EF << /F 5 0 R /UF 5 0 R >> >>", FILE))

    assert (told.members, told.traits) == ([("b.exe", b"MZ12345")], {Trait.PDF_EMBEDDED_FILE})
    assert told_of(open_pdf, written()).members == [("réport.exe", b"MZ")]


def test_an_embedded_file_that_nothing_leads_to_is_handed_on():
    assert told_of(open_pdf, pdf_of(FILE)).members == [("embedded", b"MZ12345")]


def test_an_embedded_file_that_cannot_be_unpacked_is_a_gap():
    damaged = FILE.replace(b"/Length", b"/Filter /LZWDecod /Length")

    told = told_of(open_pdf, pdf_of(damaged))

    assert (told.members, told.gaps) == ([], [Unscannable.CORRUPT])


def test_an_embedded_file_that_unpacks_to_more_than_allowed_is_a_limit():
    told = told_of(open_pdf, pdf_of(stream_of(bytes(opener.MAX_UNPACKED + 1), b"/Type /EmbeddedFile")))

    assert (told.members, told.gaps) == ([], [Unscannable.LIMITS])


@pytest.mark.parametrize(
    ("passwords", "user", "opened"), [((), "", True), ((), "secret", False), (("wrong", "secret"), "secret", True)]
)
def test_an_encrypted_document_is_opened_by_no_password_or_one_of_those_known(passwords, user, opened):
    content = written(user_password=user, owner_password="owner")

    told = told_of(open_pdf, content, name="a.pdf", passwords=passwords)

    if opened:
        ((name, copy),) = told.members
        assert (name, told.all_text, told.locks, told.traits) == (
            "a.pdf",
            "Hello, world\n",
            [],
            {Trait.PDF_EMBEDDED_FILE},
        )
        assert told_of(open_pdf, copy) == told_of(open_pdf, written())
    else:
        assert (told.members, told.all_text, told.locks) == ([], "", [("a.pdf", len(content))])
        assert Trait.ENCRYPTED in told.traits


def headed(head: bytes) -> bytes:
    return pdf_of(FILE).replace(b"%PDF-1.7", head)


@pytest.mark.parametrize("head", [b"%PDF-x", b"%!PS-Adobe-3.0 PDF-1.7", b"% none", b"% some\n" * 300 + b"%PDF-1.7"])
def test_a_document_is_read_whatever_its_header_is_and_wherever(head):
    assert told_of(open_pdf, headed(head)).members == [("embedded", b"MZ12345")]


def test_what_only_ends_as_a_document_is_none_unless_it_names_a_file():
    """Like a PDF in a gzip whose end could not be packed."""
    end = b"\nstartxref\n12\n%%EOF\n"

    assert told_of(open_pdf, b"\x1f\x8b\x08" + bytes(2000) + end) == told_of(open_pdf, b"") == Record()
    for named in (b"<< /EF << /F 5 0 R >> >>", stream_of(b"/Type /EmbeddedFile ")):
        with pytest.raises(ValueError, match="PDF: "):
            told_of(open_pdf, named + end)


def test_a_document_without_its_directory_is_read_all_the_same():
    content = pdf_of(b"<< /S /Launch >>", FILE)

    told = told_of(open_pdf, content[: content.index(b"xref\n")])

    assert told.members == [("embedded", b"MZ12345")]
    assert told.traits == {Trait.PDF_LAUNCH, Trait.PDF_EMBEDDED_FILE}


def test_what_no_library_can_read_is_damaged_and_searched_as_bytes_and_what_is_deflated_in_it():
    content = b"%PDF-1.4\n" + stream_of(b"<< /S /JavaScript /JS (x) >>") + b"\n<< /S/La#75nch >>"
    record = Record()

    with pytest.raises(ValueError, match="PDF: "):
        open_pdf(source_of(content), record)

    assert record == Record(traits={Trait.PDF_LAUNCH, Trait.PDF_JAVASCRIPT})


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"%PDF-1.4\n" + bytes(1000)])
def test_that_of_which_nothing_can_be_read_is_damaged(content):
    with pytest.raises(ValueError, match="PDF: "):
        told_of(open_pdf, content)


def test_pages_that_take_too_long_to_read_are_a_limit_that_is_named(monkeypatch):
    monkeypatch.setattr(opener, "TEXT_SECONDS", -1.0)

    told = told_of(open_pdf, written())
    assert (told.members, told.gaps, told.text_gaps) == ([("réport.exe", b"MZ")], [], [Unscannable.SCAN_TIME])


def endless(operations: int = 400_000) -> bytes:
    """A page that takes minutes to read: so many movements of text, each with a letter."""
    content = b"BT /F1 1 Tf " + b"1 0 0 1 9 9 Tm (a) Tj " * operations + b"ET"
    packed = zlib.compress(content, 9)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    font = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    found = pdf_of(stream, FILE)
    return found.replace(b"/MediaBox [0 0 9 9]", b"/MediaBox [0 0 9 9] /Contents 4 0 R " + font)


@contextmanager
def without_callbacks_of_the_collector():
    """Hypothesis has one, in which an alarm would be swallowed with a word. A sandbox has none. What other tests have
    left goes first: the alarm would be swallowed, with a word too, in one of its destructors."""
    before = gc.callbacks[:]
    gc.callbacks.clear()
    gc.collect()
    try:
        yield
    finally:
        gc.callbacks[:] = before


def test_a_page_that_alone_outlasts_the_time_leaves_open_no_more_than_texts(monkeypatch):
    monkeypatch.setattr(opener, "TEXT_SECONDS", 0.2)
    with without_callbacks_of_the_collector():
        told = told_of(open_pdf, endless(50_000))
    assert (told.members, told.gaps, told.text_gaps) == ([("embedded", b"MZ12345")], [], [Unscannable.SCAN_TIME])


def test_more_objects_than_any_document_has_are_a_limit(monkeypatch):
    monkeypatch.setattr(pdf_objects, "MAX_OBJECTS", 100)
    content = pdf_of(b"[" + b"[]" * 200 + b"]")

    assert told_of(open_pdf, content).gaps == [Unscannable.LIMITS]


def test_a_document_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(opener, "MAX_SIZE", 100)

    assert told_of(open_pdf, page("Hello")).gaps == [Unscannable.LIMITS]


RICH = written() + pdf_of(
    b"<< /S /JavaScript /JS 5 0 R >>", stream_of(b"app.alert(1)"), FILE, b"<< /XFA [(a) 5 0 R] >>"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=5)), min_size=1, max_size=8))
def test_a_damaged_document_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place : place + len(value)] = value

    survives(open_pdf, bytes(content))


def test_a_filter_under_its_short_name_is_damage_to_pypdf_and_told():
    short = b"<< /Type /EmbeddedFile /Filter /Fl /Length 3 >>\nstream\nabc\nendstream"

    told = told_of(open_pdf, pdf_of(short))

    assert (told.members, told.traits, told.gaps) == ([], {Trait.PDF_EMBEDDED_FILE}, [Unscannable.CORRUPT])


def test_contents_of_a_page_beyond_the_limit_are_not_taken_for_none():
    told = told_of(open_pdf, page("Hello").replace(*beyond_the_limit()))

    assert told.text_gaps == [Unscannable.LIMITS]


def beyond_the_limit() -> tuple[bytes, bytes]:
    """The stream of the page above, and another one."""
    return stream_of(b"BT /F1 12 Tf 72 720 Td (Hello) Tj ET"), stream_of(bytes(opener.MAX_UNPACKED + 1))


def test_an_object_nested_deeper_than_pypdf_goes_is_a_limit_and_not_passed_over():
    assert told_of(open_pdf, pdf_of(b"[" * 50_000 + b"]" * 50_000)).gaps == [Unscannable.LIMITS]
