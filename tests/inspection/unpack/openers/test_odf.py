"""OpenDocument."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.samples import zip_of
from scanner.inspection.unpack.openers import odf
from scanner.inspection.unpack.openers.odf import open_odf
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file
from tests.inspection.unpack.openers.office import packed
from tests.inspection.unpack.openers.recording import Record, survives, told_of

DOCTYPE = b'<!DOCTYPE script:module PUBLIC "-//OOo//DTD 1.0//EN" "module.dtd">'
MODULE = DOCTYPE + b"<script:module>Sub Main\nEnd Sub</script:module>"
OWN = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"


def content_xml(inner: str = "<text:p>Hello</text:p>") -> bytes:
    spaces = 'xmlns:office="o" xmlns:text="t" xmlns:script="s" xmlns:xlink="x" xmlns:draw="d" xmlns:meta="m"'
    return f"<office:document-content {spaces}>{inner}</office:document-content>".encode()


def odt(inner: str = "<text:p>Hello</text:p>", members: dict[str, bytes] | None = None) -> bytes:
    mimetype = b"application/vnd.oasis.opendocument.text"
    return zip_of({"mimetype": mimetype, "content.xml": content_xml(inner), **(members or {})})


def listener(event: str, href: str) -> str:
    return f'<script:event-listener script:event-name="{event}" xlink:href="{href}"/>'


def test_of_a_plain_document_only_its_text_is_told():
    inner = "<text:h>Title</text:h><text:p>one<text:s/>two<text:tab/>three</text:p>"
    assert told_of(open_odf, odt(inner)) == Record(texts=["Title\none two\tthree\n"])


def test_a_document_that_is_one_file_of_xml_is_read_like_one():
    inner = "<text:p>Hello</text:p><office:binary-data>AAAA</office:binary-data><o:module>code</o:module>"

    told = told_of(open_odf, content_xml(inner).replace(b"xmlns:meta", b'xmlns:o="o" xmlns:meta'))

    assert (told.all_text, told.traits) == ("Hello\ncode\n", {Trait.MACRO})
    assert told.members == [("binary-data-1", bytes(3))]


@pytest.mark.parametrize("coded", ["A", "\u00fc"], ids=["cut off", "no ASCII"])
def test_what_is_embedded_and_is_no_base64_is_a_gap_and_the_next_is_handed_on(coded):
    inner = "".join(f"<office:binary-data>{each}</office:binary-data>" for each in (coded, "\nAA\n AA\n"))

    told = told_of(open_odf, content_xml(inner))

    assert (told.gaps, told.members) == ([Unscannable.CORRUPT], [("binary-data-2", bytes(3))])


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Basic/Standard/Module1.xml": MODULE}, {Trait.MACRO}),
        ({"Scripts/python/run.py": b"print()"}, {Trait.MACRO}),
        ({"Basic/script-lc.xml": b"<library/>", "Basic/Standard/script-lb.xml": b"<library/>"}, set()),
        ({"Scripts/": b""}, set()),
    ],
)
def test_modules_and_scripts_are_code_and_lists_of_none_are_not(members, expected):
    assert told_of(open_odf, odt(members=members)).traits == expected


def test_the_source_of_a_module_is_text():
    assert "Sub Main" in told_of(open_odf, odt(members={"Basic/Standard/Module1.xml": MODULE})).all_text


@pytest.mark.parametrize(
    ("event", "href", "expected"),
    [
        ("dom:load", OWN, True),
        ("office:load-finished", OWN, True),
        ("dom:mouseover", OWN, False),
        ("dom:load", "", False),
        ("dom:load", "vnd.sun.star.script:Template.Fill?language=Basic&amp;location=application", False),
        ("dom:load", "vnd.sun.star.script:../../pydoc.py$x?language=Python&amp;location=share", True),
        ("dom:load", "vnd.sun.star.script:%2e%2e/pydoc.py$x?language=Python&amp;location=share", True),
    ],
)
def test_code_of_its_own_that_runs_when_it_is_opened(event, href, expected):
    assert told_of(open_odf, odt(listener(event, href))).traits == ({Trait.AUTO_EXEC_MACRO} if expected else set())


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<meta:template xlink:href="https://example.org/t.ott"/>', True),
        ('<text:section-source xlink:href="\\\\203.0.113.9\\share\\a.odt"/>', True),
        ('<draw:floating-frame xlink:href="http://example.org/"/>', True),
        ('<meta:template xlink:href="file:///srv/Templates/letter.ott"/>', False),
        ('<draw:object xlink:href="./Object 1"/>', False),
        ('<text:a xlink:href="https://example.org/">a</text:a>', False),
        ('<draw:image xlink:href="https://example.org/a.png"/>', False),
    ],
)
def test_what_is_loaded_from_elsewhere_is_an_external_template(inner, expected):
    assert told_of(open_odf, odt(inner)).traits == ({Trait.EXTERNAL_TEMPLATE} if expected else set())


def test_a_file_put_in_as_an_object_is_a_package():
    inner = '<draw:object-ole xlink:href="./Object 1"/>'
    members = {"Object 1": compound_file({"\x01Ole10Native": packed("run.exe", b"MZ")})}

    assert told_of(open_odf, odt(inner, members)).traits == {Trait.OLE_PACKAGE}


def test_an_encrypted_document_is_locked():
    manifest = b'<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    content = odt(members={"META-INF/manifest.xml": manifest})

    assert told_of(open_odf, content, name="a.odt") == Record(traits={Trait.ENCRYPTED}, locks=[("a.odt", len(content))])


def test_a_part_that_declares_entities_is_refused_and_the_rest_is_read():
    told = told_of(open_odf, odt(members={"styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}))

    assert (told.gaps, told.all_text) == ([Unscannable.CORRUPT], "Hello\n")


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"<a>", odt()[:-30]])
def test_what_is_no_document_is_damaged(content):
    with pytest.raises(ValueError, match=r"XML|zip"):
        told_of(open_odf, content)


def test_a_file_of_xml_larger_than_allowed_is_too_much(monkeypatch):
    monkeypatch.setattr(odf, "MAX_FLAT", 1000)

    with pytest.raises(ValueError, match="more than 1000 bytes"):
        told_of(open_odf, content_xml("x" * 1000))


RICH = odt(listener("dom:load", OWN), {"Basic/Standard/Module1.xml": MODULE, "Scripts/a.py": b"print()"})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_document_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place] = value

    survives(open_odf, bytes(content))
