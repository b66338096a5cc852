"""Files in calendars and visiting cards."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.card_text import CardFile, card_files, has_card_file


def card(line: bytes, begin: bytes = b"BEGIN:VCARD") -> bytes:
    return begin + b"\r\nVERSION:3.0\r\n" + line + b"\r\nEND:VCARD\r\n"


@pytest.mark.parametrize(
    ("line", "file"),
    [
        (b"PHOTO;ENCODING=b;TYPE=JPEG:QUJD", CardFile(b"", b"QUJD")),
        (b"ATTACH;FMTTYPE=a/b;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.exe:QUJD", CardFile(b"a.exe", b"QUJD")),
        (b'attach;filename="a:b.exe";encoding="base64":QUJD', CardFile(b"a:b.exe", b"QUJD")),
        (b"PHOTO;GIF;BASE64:\r\n  QUJD\r\n  QUJE\r\n", CardFile(b"", b" QUJD QUJE")),
        (b"PHOTO;BASE64:QUJD\r\nQUJE\r\n\r\n", CardFile(b"", b"QUJD\nQUJE")),
        (b"PHOTO;ENCO\r\n DING=b:QU\r\n\tJD", CardFile(b"", b"QUJD")),
        (b"item1.KEY; ENCODING = B :QUJD", CardFile(b"", b"QUJD")),
        (b"PHOTO:data:image/png;base64,QUJD", CardFile(b"", b"QUJD")),
        (b"ATTACH;VALUE=URI:DATA:a/b;x=y; Base64 ,QUJD", CardFile(b"", b"QUJD")),
    ],
)
@pytest.mark.parametrize("begin", [b"BEGIN:VCARD", b"begin:vcalendar", b"hello\nBEGIN:VEVENT"])
def test_a_line_of_base64_is_one(line: bytes, file: CardFile, begin: bytes) -> None:
    assert list(card_files(card(line, begin))) == [file]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        card(b"NOTE:hello"),
        card(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=41"),
        card(b"PHOTO;VALUE=uri:https://example.com/a;base64,QUJD"),
        card(b"no colon;ENCODING=b"),
        b"ATTACH;ENCODING=BASE64:QUJD\r\n",
    ],
)
def test_other_lines_and_other_texts_have_none(data: bytes) -> None:
    assert not has_card_file(data)


def test_each_of_several_is_one() -> None:
    data = card(b"PHOTO;B:QQ==\r\nLOGO;B:Qg==") * 2
    assert [file.coded for file in card_files(data)] == [b"QQ==", b"Qg=="] * 2


@given(
    st.lists(st.sampled_from([b"BEGIN:VCARD", b"\n", b"\r", b" ", b";", b":", b"B", b'"', b"QUJD", b"data:;base64,"]))
)
def test_any_pieces_are_answered(pieces: list[bytes]) -> None:
    list(card_files(b"BEGIN:VCARD\n" + b"".join(pieces)))


@pytest.mark.parametrize(
    "piece",
    [b"\n ", b";B", b'"', b'":', b"\r", b"A;B:\n", b"data:", b":data:", b"QUJD\n", b"A:data:;base64\n"],
    ids=repr,
)
def test_megabytes_made_to_be_slow_are_read_in_seconds(piece: bytes) -> None:
    before = time.process_time()
    list(card_files(b"BEGIN:VCARD\nA;B:" + piece * (2 * 1024**2 // len(piece))))
    assert time.process_time() - before < 5
