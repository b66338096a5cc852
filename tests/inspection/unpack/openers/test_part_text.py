"""Text of parts at once, which is that of a reader who hears of each element."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.ooxml import open_ooxml
from scanner.inspection.unpack.openers.part_text import text_of_part
from tests.inspection.unpack.openers.office import document
from tests.inspection.unpack.openers.recording import Record, told_of

DECLARED = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
WORD = (
    b'<w:document xmlns:w="urn:w"><w:body><w:p w:rsidR="00AB"><w:pPr><w:pStyle w:val="x"/></w:pPr><w:r><w:tab/>'
    b'<w:t xml:space="preserve">One &lt;&#65;&#x26;amp;&gt; </w:t></w:r><w:r><w:br/><w:t>tw\xc3\xb6</w:t></w:r></w:p>'
    b"<w:p><w:instrText>DDE</w:instrText><w:x>no text</w:x></w:p></w:body></w:document>"
)
SHEET = (
    b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>12</v></c><c r="B1"><f>A1+1</f><v>4711</v></c></row>'
    b'<row r="2"><c r="A2" t="inlineStr"><is><t>in line</t></is></c></row></sheetData></worksheet>'
)


def of_document(*parts: bytes) -> tuple[str, Record]:
    told = told_of(open_ooxml, document({f"xl/part{number}.xml": part for number, part in enumerate(parts)}))
    return told.all_text, Record(traits=told.traits, gaps=told.gaps, details=told.details)


def element_by_element(*parts: bytes) -> tuple[str, Record]:
    """A comment behind it says nothing, and has to be skipped."""
    return of_document(*(part + b"<!-- -->" for part in parts))


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (WORD, "\tOne <A&amp;> \ntwö\nDDE\n"),
        (DECLARED + WORD, "\tOne <A&amp;> \ntwö\nDDE\n"),
        (b"\xef\xbb\xbf" + WORD, "\tOne <A&amp;> \ntwö\nDDE\n"),
        (SHEET, "\tA1+14711\t\nin line\t\n"),
        (b"<x:sst><x:si><x:t>a\rb\r\nc&#13;</x:t></x:si></x:sst>", "a\nb\nc\r\n"),
        (b"<a/>", ""),
        (b"<t/>", ""),
        (b"<t>all</t>\n", "all"),
        (b"<a>" + b"<p><t>a</t></p>" * 9 + b"<t><x/>b</t></a>", "a\n" * 9),
        (b"<a>" + b"<p><t>a&amp;b</t></p>\n" * 9 + b"<t>c</t ></a>", "a&b\n" * 9 + "c"),
        (b"<a>><t x='>' y=\"/>\"> > b</t>></a>", " > b"),
        (b"<t>a<t/>b</t>", "a"),
        (b"<t>a<b>c</b>d<t>e</t>f</t>", "ae"),
    ],
)
def test_text_breaks_and_values_are_taken_and_pointers_to_shared_strings_are_not(part, text):
    assert text_of_part(part) == text


@pytest.mark.parametrize(
    "part",
    [
        b"<t>a<!-- </t> -->b</t>",
        b"<t><![CDATA[a]]></t>",
        b"<t>a<?pi </t>?>b</t>",
        b'<!DOCTYPE t><t x="a"/>',
        '<?xml version="1.0" encoding="ISO-8859-1"?><t>\xe4</t>'.encode("latin-1"),
        "<t>a</t>".encode("utf-16"),
        "<t>a</t>".encode("utf-16-le"),
        b"<t>a</t><t>b</t>",
        b"<t>a",
        b"<t>&b;</t>",
        b"<t>\xff</t>",
        b"",
        b"<a><c t='s'><t>a</t></c>" + b"<c><t>b</t></c>" * 9 + b"<c><t>c</t ><v>1</v></c></a>",
        b"<a><t><x/>b</t>" + b"<t>a</t>" * 9 + b"</a>",
        b"<definedName name='Auto_Open'>a</definedName>",
        b"<x:customUI onLoad='a'/>",
        b"<c t='s'><v>1</v><v>2</v></c>",
        b"<c t='&#115;'><v>1</v></c>",
    ],
)
def test_what_is_damaged_or_out_of_the_ordinary_is_left_to_who_reads_each_element(part):
    assert text_of_part(part) is None


NAMES = st.sampled_from(["t", "w:t", "x:y:t", "v", "x:v", "c", "x:c", "f", "is", "p", "w:p", "row", "br", "a", "w:tt"])
SPACE = st.sampled_from(["", " ", "\n", "\t \r\n"])
ATTRIBUTES = st.lists(
    st.sampled_from(['t="s"', "x:t='s'", "t='n'", 'r="A1"', 't = "s"', "s='/'", 't="&#115;"', 'z=">"', 'y="&lt;/"']),
    max_size=2,
    unique_by=lambda attribute: attribute.partition("=")[0].strip(),
)
WORDS = st.lists(
    st.sampled_from(["one", " ", "ö\u20ac", "\r\n", "\r", "&amp;", "&lt;", "&#38;lt;", "&#x0041;", "&quot;", "s", ">"])
    | st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="<&\ufffe\uffff"), max_size=3),
    max_size=3,
).map("".join)


@st.composite
def elements(draw: st.DrawFn, inside: st.SearchStrategy[str]) -> str:
    name, attributes, space = draw(NAMES), "".join(f" {each}" for each in draw(ATTRIBUTES)), draw(SPACE)
    content = "".join(draw(st.lists(inside, max_size=4)))
    return f"<{name}{attributes}{space}>{content}</{name}{space}>" if content else f"<{name}{attributes}{space}/>"


TREES = st.recursive(WORDS, elements, max_leaves=12)
REPEATED = st.lists(TREES, min_size=1, max_size=3).flatmap(lambda few: st.lists(st.sampled_from(few), max_size=12))
PARTS = (st.lists(TREES, max_size=6) | REPEATED).map(lambda trees: f"<a>{''.join(trees)}</a>".encode())


@given(st.lists(PARTS, min_size=1, max_size=2))
def test_of_any_parts_the_same_is_told_as_by_who_hears_of_each_element(parts):
    assert of_document(*parts) == element_by_element(*parts)


@given(PARTS, st.data())
def test_of_damaged_parts_too(part, data):
    at = data.draw(st.integers(0, len(part)))
    put = data.draw(
        st.sampled_from([b"", b"<", b">", b"/", b"&", b'"', b"\0", b"<!--", b"<t>", b"</t>", b"]]>", b"\xc3"])
    )
    damaged = part[:at] + put + part[at + data.draw(st.integers(0, 2)) :]
    text = text_of_part(damaged)

    assert text is None or (text, Record()) == element_by_element(damaged)


@given(PARTS)
def test_ordinary_parts_are_not_left_to_anybody(part):
    out_of_the_ordinary = b"&#115;" in part or b"v" in part

    assert out_of_the_ordinary or text_of_part(part) is not None
