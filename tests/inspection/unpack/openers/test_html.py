"""Pages."""

from __future__ import annotations

import base64
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import html
from scanner.inspection.unpack.openers.html import decoded, open_html, page_text, smuggles
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, told_of

BYTES = random.Random(7).randbytes(3000)
FILE = base64.b64encode(BYTES).decode()
BY_SCRIPT = f"""<html><body><script>
var bytes = Uint8Array.from(atob("{FILE}"), c => c.charCodeAt(0));
var link = document.createElement("a");
link.href = URL.createObjectURL(new Blob([bytes])); link.download = "invoice.iso"; link.click();
</script></body></html>"""
BY_LIST = BY_SCRIPT.replace(f'atob("{FILE}"), c => c.charCodeAt(0)', str(list(BYTES)))
HIGH = "".join(f"\\x{byte:02x}" for byte in range(0x80, 0x100))
SAVES = 'a.href = URL.createObjectURL(new Blob([csv])); a.download = "t.csv"; x = atob(y);'


@pytest.mark.parametrize(
    "page",
    [
        BY_SCRIPT,
        BY_SCRIPT.replace('link.download = "invoice.iso"', 'link.setAttribute("download", "a")'),
        BY_SCRIPT.replace(FILE, '" + "'.join(FILE[at : at + 300] for at in range(0, len(FILE), 300))),
        f"<p hidden>{FILE}</p><script>navigator.msSaveOrOpenBlob(new Blob([atob(p.innerText)]), 'a.exe')</script>",
        f'<a download="a.zip" href="data:application/zip;base64,{FILE}">open</a>',
        f'<script>location.href = "data:application/octet-stream;base64,{FILE}"</script>',
    ],
    ids=["script", "attribute", "in pieces", "old browsers", "link", "location"],
)
def test_a_page_that_hands_over_a_file_of_its_own_data_smuggles(page):
    assert told_of(open_html, page.encode()).traits == {Trait.HTML_SMUGGLING}


def pieces(size: int, between: str) -> str:
    """The page by script, with its data in pieces."""
    return BY_SCRIPT.replace(FILE, between.join(FILE[at : at + size] for at in range(0, len(FILE), size)))


@pytest.mark.parametrize(
    "page",
    [
        pieces(10, '" + "'),
        pieces(60, '"\n  + "'),
        pieces(76, "\n"),
        pieces(76, "\\\r\n    "),
        pieces(76, "\\n"),
        pieces(40, '", "'),
        pieces(100, '";\nvar rest = "'),
        pieces(100, '"; data += "'),
        pieces(100, '").concat("'),
        BY_SCRIPT.replace(FILE, base64.urlsafe_b64encode(BYTES).decode()),
        BY_LIST,
        BY_LIST.replace(", ", ",\n    "),
        BY_LIST.replace(str(list(BYTES)), f"[{','.join(map(hex, BYTES))}]"),
        BY_SCRIPT.replace(FILE, "".join(f"\\x{byte:02x}" for byte in BYTES)),
        BY_SCRIPT.replace("URL.createObjectURL", "URL['create' + 'ObjectURL']").replace(".download", "['down'+'load']"),
        BY_SCRIPT.replace("createObject", "create\\u004Fbject").replace(".download", "['\\x64ownload']"),
    ],
    ids=[
        *("plus", "plus on lines", "lines", "escaped line ends", "written line ends", "list", "variables", "added"),
        *("concat", "alphabet of addresses", "numbers", "numbers on lines", "hexadecimal", "escaped bytes"),
        *("names in pieces", "names in escapes"),
    ],
)
def test_neither_data_nor_names_are_hidden_by_being_in_pieces(page):
    assert smuggles(page)


@pytest.mark.parametrize(
    "data",
    [
        "-" * 2000,
        ", ".join(f'"a_name_of_forty_signs_that_a_program_has_{at}"' for at in range(99)),
        "\n".join("words/and/paths/without/numbers/in/lines" for _ in range(99)),
        f'"{"".join(rf"%3Bstroke-width%3A{at}" for at in range(99))}"',
        str([at % 50 for at in range(3000)]),
        str([at % 256 for at in range(900)]),
        f'"{HIGH}",' * 9,
        '"data:image/png;base64,' + "\\\n".join(FILE[at : at + 76] for at in range(0, len(FILE), 76)) + '"',
    ],
    ids=[
        "rules",
        "names",
        "paths",
        "drawing in an address",
        "small numbers",
        "short list",
        "character sets",
        "picture",
    ],
)
def test_names_tables_and_pictures_are_no_file(data):
    assert not smuggles(BY_SCRIPT.replace(f'"{FILE}"', data))


@pytest.mark.parametrize(
    "unit", ["1," * 20 + "x", "\\x41" * 201 + " ", "'+'", "'" + " " * 20, "a" * 32 + "\n" * 21, "a" * 32 + "'"]
)
def test_hostile_pages_take_time_in_proportion(unit):
    """Four times as much takes not much more than four times as long."""
    words = "createObjectURL Uint8Array .download "

    def seconds(size):
        page = words + unit * (size // len(unit))
        started = time.process_time()
        smuggles(page)
        return time.process_time() - started

    assert seconds(2**20) < 12 * max(seconds(2**18), 0.01)


@pytest.mark.parametrize(
    "page",
    [
        "<p>createObjectURL(new Blob()) and atob() and .download explained</p>",
        f'<img src="data:image/png;base64,{FILE}"><script>{SAVES}</script>',
        f"<style>@font-face {{src: url(data:font/woff2;base64,{FILE})}}</style><script>{SAVES}</script>",
        f"<script>{SAVES} var logo = 'data:image/svg+xml;charset=utf-8;base64,{FILE}';</script>",
        f"<pre>{FILE}</pre>",
        f'<script>var wasm = "{FILE}"; run(Uint8Array.from(atob(wasm)));</script>',
        f"<script>{SAVES} var key = '{FILE[:600]}';</script>",
    ],
    ids=["words", "picture", "font", "picture in script", "data alone", "program for itself", "little data"],
)
def test_pages_that_hold_pictures_or_save_what_a_reader_made_do_not(page):
    assert not smuggles(page)


def test_text_is_what_a_reader_sees():
    page = "<title>T</title><style>p{}</style><p>pass<b>word</b> &amp; more<br>next</p><script>var x</script><!-- c -->"

    assert page_text(page).split() == ["T", "password", "&", "more", "next"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>größe".encode(), "<p>größe"),
        ("<p>größe".encode("utf-16"), "\ufeff<p>größe"),
        (b'<meta charset="iso-8859-1"><p>gr\xf6\xdfe', '<meta charset="iso-8859-1"><p>größe'),
        ("<meta charset=koi8-r>слово".encode("koi8-r"), "<meta charset=koi8-r>слово"),
        (b"<meta charset=punycode>a", "<meta charset=punycode>a"),
        (b"<meta charset=nonsense>\x80", "<meta charset=nonsense>€"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_names(content, expected):
    assert decoded(content) == expected


def test_a_page_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(html, "MAX_SIZE", 10)

    assert told_of(open_html, b"<p>Hello, world</p>").gaps == [Unscannable.LIMITS]


@given(st.binary(max_size=500))
def test_any_bytes_are_a_page(content):
    told = told_of(open_html, b"<html><script>" + content)
    assert told == Record(texts=told.texts)
