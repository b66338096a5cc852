"""Damage that pypdf passes over, and other programs read on behind."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter

from scanner.inspection.unpack.openers.pdf import open_pdf
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import told_of
from tests.inspection.unpack.openers.test_pdf import pdf_of, stream_of

DAMAGE = (
    *(
        b"/A <zz>",
        b"/A R",
        b"/A abc",
        b"/A ]",
        b"/A }",
        b"/A (un(bal",
        b"/A <<",
        b"null",
        b"null 1",
        b"null/X",
        b"endobj",
    ),
    *(b"/A (endobj) /B R", b"/A n", b"12", b"/#80\xff 1 /A --5"),
)


def specified(damage: bytes = b"", *, keys: bytes = b"/EF << /F 5 0 R >>") -> bytes:
    return b"<< /Type /Filespec %s /F (a) %s >>" % (damage, keys)


def stream_with(damage: bytes, kind: bytes = b"/Type /EmbeddedFile") -> bytes:
    return b"<< %s /Length 7 %s >>\nstream\nMZ12345\nendstream" % (kind, damage)


PLAIN = stream_with(b"", b"")


def in_object_stream(*objects: bytes) -> bytes:
    """Objects from number 9 on, in an object stream that pypdf finds by searching."""
    at, index = 0, b""
    for number, one in enumerate(objects, 9):
        index += b"%d %d " % (number, at)
        at += len(one) + 1
    data = index + b"\n".join(objects)
    keys = b"/Type /ObjStm /N %d /First %d" % (len(objects), len(index))
    return without_directory(pdf_of(stream_of(data, keys), PLAIN))


def without_directory(content: bytes) -> bytes:
    return content[: content.index(b"xref\n")]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    "around",
    [
        lambda damage: pdf_of(specified(damage), PLAIN),
        lambda damage: pdf_of(specified(), stream_with(damage)),
        lambda damage: pdf_of(specified(), stream_with(damage, b"")),
        lambda damage: pdf_of(specified(keys=b"/EF 6 0 R"), PLAIN, b"<< %s /F 5 0 R >>" % damage),
        lambda damage: in_object_stream(specified(damage)),
    ],
    ids=["specification", "file", "file without a type", "list of files", "object stream"],
)
def test_damage_where_a_file_may_be_leaves_a_gap(around, damage):
    assert Unscannable.CORRUPT in told_of(open_pdf, around(damage)).gaps


@pytest.mark.parametrize(
    "content",
    [
        pdf_of(specified(), PLAIN),
        pdf_of(specified(b"/A true /B null /C [null] /D (R) /Title (a) /Title (b)"), PLAIN),
        pdf_of(specified(keys=b"/#45F << /F 5 0 R >>"), PLAIN),
        without_directory(pdf_of(specified(), PLAIN)),
        in_object_stream(specified(), b"[1 2]", b"null"),
        b"junk\n" * 9 + pdf_of(specified(), PLAIN),
    ],
    ids=["plain", "titles twice", "a name by number", "no directory", "object stream", "junk before"],
)
def test_a_file_in_a_sound_document_is_handed_on_without_one(content):
    told = told_of(open_pdf, content)

    assert ([data for _, data in told.members], told.gaps) == ([b"MZ12345"], [])


@pytest.mark.parametrize("twice", [b"/EF 9 0 R", b"/F (b) /UF (c) /UF (d)"])
def test_two_ways_to_a_file_of_which_pypdf_takes_the_first_are_a_gap(twice):
    assert Unscannable.CORRUPT in told_of(open_pdf, pdf_of(specified(twice), PLAIN)).gaps


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_same_damage_where_nothing_names_a_file_is_none_to_speak_of(damage):
    assert told_of(open_pdf, pdf_of(b"<< /Type /Annot %s >>" % damage, stream_with(damage, b""))).gaps == []


@pytest.mark.parametrize("filter_", [b"/FlatDecode", b"/Fl"])
@pytest.mark.parametrize("damage", [b"", b"/A R "])
def test_an_object_stream_that_cannot_be_read_is_a_gap(filter_, damage):
    content = (
        in_object_stream(specified()).replace(b"/FlateDecode", filter_).replace(b"/Type /Obj", damage + b"/Type /Obj")
    )

    assert Unscannable.CORRUPT in told_of(open_pdf, content).gaps


def test_so_is_one_that_is_damaged_before_it_says_what_it_is():
    content = in_object_stream(specified()).replace(b"/Type /ObjStm", b"/A R /Type /Obj#53tm")

    assert Unscannable.CORRUPT in told_of(open_pdf, content).gaps


def test_an_encrypted_document_is_looked_at_in_the_same_way():
    writer, out = PdfWriter(clone_from=io.BytesIO(pdf_of(specified(), PLAIN, root=b"/AF [4 0 R]"))), io.BytesIO()
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    sound = out.getvalue()

    assert told_of(open_pdf, sound).gaps == []
    damaged = sound.replace(b"/Type /Filespec", b"/A R /Type /Fil", 1)
    assert (len(damaged), Unscannable.CORRUPT in told_of(open_pdf, damaged).gaps) == (len(sound), True)
