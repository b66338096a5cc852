"""Signs in the bytes of a PDF."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import pdf_scan
from scanner.inspection.unpack.openers.pdf_scan import names_file, signs, unpacked
from scanner.rulebook.anatomy import Trait


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<< /S /JavaScript/JS(x)", {Trait.PDF_JAVASCRIPT}),
        (b"/S/#4A#61#76#61#53#63#72#69#70#74 ", {Trait.PDF_JAVASCRIPT}),
        (b"<</#53\r\n/#4a#61vaScript>>", {Trait.PDF_JAVASCRIPT}),
        (b"/S/Launch", {Trait.PDF_LAUNCH}),
        (b"/Type /EmbeddedFile\r/EmbeddedFiles", {Trait.PDF_EMBEDDED_FILE}),
        (b"/S/Launcher /S /JavaScripting /Type /EmbeddedFiles JavaScript Launch /JS", set()),
        (b"(https://example.org/docs/JavaScript) /Names << /JavaScript [] >>", set()),
    ],
)
def test_names_count_as_a_whole_however_they_are_written(content, expected):
    assert signs(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<< /EF << /F 5 0 R >> >>", True),
        (b"/#45F\n7 0 R", True),
        (b"/EF % a comment", True),
        (b"/EmbeddedFile/Length", True),
        (b"/EF null /EFG << >> /EmbeddedFiles EF << >>", False),
    ],
)
def test_an_embedded_file_is_named_by_its_type_or_by_what_leads_to_it(content, expected):
    assert names_file(content) is expected


def test_chance_writes_no_signs():
    noise = random.Random(7).randbytes(5_000_000)
    assert (signs(noise), names_file(noise)) == (set(), False)


def test_what_is_deflated_is_found_by_the_word_before_it():
    content = b"".join(
        b"<< /Length 1 >> stream" + end + zlib.compress(text) + b"endstream\n"
        for end, text in [(b"\r\n", b"one"), (b"\n", b"two"), (b"\r", b"three")]
    )

    assert list(unpacked(content)) == [b"one", b"two", b"three"]


def test_no_more_is_unpacked_than_allowed(monkeypatch):
    monkeypatch.setattr(pdf_scan, "MAX_STREAM", 1000)
    monkeypatch.setattr(pdf_scan, "MAX_UNPACKED", 2500)

    pieces = list(unpacked((b"stream\n" + zlib.compress(bytes(5000))) * 10))

    assert [len(piece) for piece in pieces] == [1000, 1000, 1000]


@given(st.binary(max_size=300))
def test_any_bytes_are_searched(content):
    signs(content)
    list(unpacked(b"stream\nx" + content))
