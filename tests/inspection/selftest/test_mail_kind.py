"""What is taken for a mail, and what is not."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.selftest.mail_kind import HEAD, fields_first, is_mail

UNKNOWN = b"X-A: a\n"


@pytest.mark.parametrize(
    "head",
    [
        b"From: a\n",
        b"FROM \t: a\n",
        b"Received: by a\r\n for b\r\n",
        b"MIME-Version: 1.0\n",
        b"Content-Type: multipart/mixed\n",
        b"To: a\nSubject: b\n\nhello",
        b"subject: a\rdate: b\r",
        b"\xef\xbb\xbfFrom: a\n",
        b"\n\r\n \0\tFrom: a\n",
        b"From a\nFrom: a\n",
        b"\n>From a b c 10:00\nX-A: b\nFrom: a\n",
        UNKNOWN * 900 + b"From: a\n",
        b"X-A: " + b"a" * 9_000 + b"\nFrom: a\n",
        b"X-A: b\nno field\nFrom: a\n",
        UNKNOWN * 10_000,
        b"X-A: " + b"a" * HEAD,
    ],
    ids=lambda head: repr(head[:30]),
)
def test_fields_of_a_mail_make_one(head: bytes) -> None:
    assert is_mail(head[:HEAD])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello",
        b"hello\nFrom: a\n",
        b"Note: hello\n\nFrom: a\n",
        b"Note: hello\n \t\r\nFrom: a\n",
        b"To: the committee\n\nDear all",
        b"Subject: a note\nsubject: another\n",
        b"From time to time\nwe see each other\n",
        b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n",
        b'{"from": "a"}',
        b'"From": a\n',
        UNKNOWN * 900,
        (UNKNOWN * 10_000)[: HEAD - 1],
        b"INFO: a\nno field\n" * 10_000,
        b'{"a":' + b"1" * HEAD,
    ],
    ids=lambda head: repr(head[:30]),
)
def test_what_has_none_is_none(head: bytes) -> None:
    assert not is_mail(head[:HEAD])


@pytest.mark.parametrize("name", ["a.eml", "a.EML", "a.mht", "a.mhtml", "a.nws", "a.emlx", "a.mim"])
def test_a_name_makes_one_of_anything(name: str) -> None:
    assert is_mail(b"hello", name)
    assert not is_mail(b"hello", name + ".txt")


def test_a_mail_is_read_from_its_fields_on() -> None:
    assert fields_first(b"\xef\xbb\xbf\n>From a\nFrom: b\n\n\nhello") == b"From: b\n\n\nhello"


@pytest.mark.parametrize(
    "piece", [b" ", b"\n", b"From \n", b"\n ", b"a:", b"a:\n", b" \t", b"\r", b"a", b">From "], ids=repr
)
def test_heads_made_to_be_slow_are_read_at_once(piece: bytes) -> None:
    before = time.process_time()
    for start in (b"", b"A: "):
        is_mail((start + piece * HEAD)[:HEAD])
    assert time.process_time() - before < 1
