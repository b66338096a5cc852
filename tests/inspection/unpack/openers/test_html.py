"""Pages."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import html
from scanner.inspection.unpack.openers.html import decoded, open_html, page_text, smuggles
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, told_of

FILE = base64.b64encode(random.Random(7).randbytes(3000)).decode()
BY_SCRIPT = f"""<html><body><script>
var bytes = Uint8Array.from(atob("{FILE}"), c => c.charCodeAt(0));
var link = document.createElement("a");
link.href = URL.createObjectURL(new Blob([bytes])); link.download = "invoice.iso"; link.click();
</script></body></html>"""
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
