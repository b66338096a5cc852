"""What is taken for a mail, and what is not."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.selftest.mail_kind import HEAD, MOST_MARKS, NEAR, fields_first, find_mail, is_mail

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


WEB = b"MIME-Version: 1.0\r\nContent-Type:\r\n multipart/related\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"%PDF-1.4\n" + WEB, 9),
        (b"%PDF-1.4\r" + WEB.upper(), 9),
        (b"a\n\nFrom: a\n b\nX-A: c\n" + WEB, 3),
        (b"a\nMIME-Version: 1.0\n" + b"\n" * NEAR + WEB, NEAR + 20),
        (b"\ncontent-transfer-encoding: base64\nmime-version: 1.0\n", 1),
        (WEB, None),
        (b"a" + WEB, None),
        (b"a\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n", None),
        (b'msgid ""\n"MIME-Version: 1.0\\n"\n"Content-Type: multipart/related\\n"\n', None),
        (b"", None),
    ],
    ids=lambda data: repr(data)[:30],
)
def test_a_mail_behind_something_begins_with_its_first_field(data: bytes, start: int | None) -> None:
    assert find_mail(data) == start


@pytest.mark.parametrize(
    "piece", [b"\nmime-version", b"\nmime-version\ncontent-type:", b"\ncontent-type:", b" a:\n"], ids=repr
)
def test_megabytes_made_to_be_slow_are_searched_at_once(piece: bytes) -> None:
    before = time.process_time()
    find_mail(piece * (4 * 1024**2 // len(piece)) + WEB)
    assert time.process_time() - before < 2
    assert find_mail(b"\nmime-version" * (MOST_MARKS + 1)) is not None
