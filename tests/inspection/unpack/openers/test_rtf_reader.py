"""RTF as Word reads it. oletools' reader is the second opinion on objects."""

from __future__ import annotations

import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.rtf_reader import Reader
from scanner.inspection.unpack.opening import TooMuch

with warnings.catch_warnings():  # oletools uses what its own dependencies advise against
    warnings.simplefilter("ignore")
    from oletools.rtfobj import RtfObjParser


def read(content: bytes) -> tuple[str, list[bytes], list[str]]:
    pieces: list[str] = []
    reader = Reader(content, pieces.append)
    reader.read()
    return "".join(pieces), reader.objects, reader.templates


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (rb"Hello\par world", "Hello\nworld"),
        (b"a\r\nb", "ab"),
        (rb"caf\'e9 \{x\} c:\\d", "café {x} c:\\d"),
        (rb"\ansicpg1251 \'f1\'eb\'ee\'e2\'ee", "слово"),
        (rb"\ansicpg932 \'93\'fa\'96\'7b", "日本"),
        (rb"\u1089?\u1083?\u-3?", "сл\ufffd"),
        (rb"\uc2\u8364\'80x{\uc0\u8364 y}", "€€y"),
        (rb"\uc0\u-10179\u-8704 z", "\ufffd\ufffdz"),
        (rb"{\fonttbl Arial;}{\info{\title T}}{\*\unknown x}shown{\*\shpinst{\shptxt boxed}}", "shownboxed"),
        (rb"{\field{\*\fldinst DDEAUTO c:\\x}{\fldrslt r}}", "DDEAUTO c:\\xr"),
        (rb"a{\pict\bin4 }}}}b}c", "ac"),
        (rb"a\tab\emdash b\~c\_d", "a\t—b c-d"),
        (rb"}}a", "a"),
        (rb"a\\", "a\\"),
        (b"a\\", "a}"),
    ],
)
def test_text_is_what_the_document_shows(written, expected):
    text, _, _ = read(b"{\\rtf1 " + written + b"}")
    assert text == expected


@pytest.mark.parametrize(
    "written",
    [
        rb"{\object{\*\objdata 0105 0000\par02}}",
        rb"{\object\objdata 01 05{\b 00}x00z02}",
        rb"{\objdata 0105{\pict ffff}0000}",
        rb"{\objdata 010\'aa5000}",
        rb"{\objdata 0105\'aa00}",
        b"{\\objdata \\bin3 \x01\x05\x00 02}",
        b"{\\objdata 01\\bin-5 05}",
        rb"{\objdata 0105}{\objdata 02}",
        rb"{\objdata 010",
        rb"{\objdata }",
        rb"{\*\objdata{\*\objdata 0102}}",
    ],
)
def test_objects_are_those_that_oletools_reads(written):
    content = b"{\\rtf1 " + written + b"}"
    oletools = RtfObjParser(content)
    oletools.parse()

    _, objects, _ = read(content)

    assert sorted(filter(None, objects)) == sorted(found.rawdata for found in oletools.objects if found.rawdata)


def test_data_in_a_place_that_word_does_not_know_is_no_data():
    assert read(rb"{\rtf1{\objdata 01{\*\rnd12 ffff}02}}")[1] == [b"\1\2"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (rb"{\*\template https://example.org/t.dotx}", "https://example.org/t.dotx"),
        (rb"{\*\template \\\\server\\share\\t.dotx}", r"\\server\share\t.dotx"),
        (rb"{\*\template h\'74\u116?{\b p}://a}", "http://a"),
        (rb"{\template x", "x"),
    ],
)
def test_a_template_is_read_however_it_is_written(written, expected):
    assert read(b"{\\rtf1 " + written)[2] == [expected]


def test_groups_within_groups_have_a_limit():
    assert read(b"{" * 50_000 + b"a" + b"}" * 50_000) == ("a", [], [])
    with pytest.raises(TooMuch):
        read(b"{" * 200_000)


@pytest.mark.parametrize(
    "written",
    [b"{\\b a}", b"\\'61", b"\\u97?", b"{\\objdata 61\\'aa", b"\\a1", b"{{}", b"{\\*\\template a}", b"\\bin1 a"],
)
def test_reading_takes_time_by_length_alone(written):
    content = b"{\\rtf1{\\objdata 0" + written * (600_000 // len(written))
    started = time.perf_counter()
    try:
        read(content)
    except TooMuch:
        pass
    assert time.perf_counter() - started < 5


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([b"{", b"}", b"\\", b"'", b"\\objdata ", b"\\*", b"\\bin9 ", b"\\u5 ", b"0a", b"\xff"]))
)
def test_any_tokens_are_read(tokens):
    text, _, templates = read(b"{\\rtf1" + b"".join(tokens))
    (text + "".join(templates)).encode()
