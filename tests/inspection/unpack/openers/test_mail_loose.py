"""Parts of mails that are found without their borders."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.unpack.openers import mail_loose
from scanner.inspection.unpack.openers.mail_loose import Loose, loose_parts
from scanner.inspection.unpack.opening import TooMuch

FIELD = b"Content-Transfer-Encoding: base64\n"


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"Subject: a\n\nhello\n", []),
        (FIELD + b"\nQUJD\n", [Loose([" base64"], b"QUJD\n")]),
        (b"--b\n" + FIELD + b"\nQUJD\n--b--\nafter", [Loose([" base64"], b"QUJD")]),
        (b"--b\r\n" + FIELD + b"\r\nQUJD\r\n--b\r\n\r\nafter", [Loose([" base64"], b"QUJD")]),
        (b"--b\n" + FIELD + b"\n-- \n--other\nQUJD\n--b", [Loose([" base64"], b"-- \n--other\nQUJD")]),
        (b"hello\n--b\n" + FIELD + b"\n--b\n" + FIELD + b"\nx", [Loose([" base64"], b""), Loose([" base64"], b"x")]),
        (
            b"--b\n" + FIELD + b"\nQUJD\n\n--b\nA: b\n" + FIELD + b"\nx\n--b--",
            [Loose([" base64"], b"QUJD\n"), Loose([" base64"], b"x")],
        ),
        (b"junk\nA: b\ncontent-transfer-encoding \t:\n base64\njunk\n \nx", [Loose(["\n base64"], b"x")]),
        (b"%s%s\nx" % (FIELD, FIELD.replace(b"base64", b"7bit")), [Loose([" base64", " 7bit"], b"x")]),
        (FIELD + b"\nx\n\nA: b\n" + FIELD + b"\ny", [Loose([" base64"], b"x\n\n"), Loose([" base64"], b"y")]),
        (FIELD, []),
    ],
)
def test_a_part_goes_from_its_fields_to_a_border_or_to_the_next(content: bytes, parts: list[Loose]) -> None:
    assert list(loose_parts(content)) == parts


def test_more_fields_than_any_mail_has_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_loose, "MOST", 3)
    with pytest.raises(TooMuch):
        list(loose_parts((FIELD + b"\n") * 4))


@pytest.mark.parametrize("piece", [FIELD, FIELD + b"\n", b"--b\n", b"\n--", b"--b\n" + FIELD], ids=repr)
def test_megabytes_made_to_be_slow_are_read_in_seconds(piece: bytes) -> None:
    fields = min(4 * 1024**2 // len(piece), mail_loose.MOST - 1)
    before = time.process_time()
    parts = list(loose_parts(piece * fields + FIELD + b"\n" + b"\n--" * 1024**2))
    assert sum(len(part.coded) for part in parts) <= 8 * 1024**2
    assert time.process_time() - before < 5
