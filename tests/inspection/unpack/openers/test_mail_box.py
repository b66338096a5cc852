"""Mailboxes, cut into mails."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.unpack.openers.mail_box import in_lines, is_mailbox, mails_of

ONE, TWO = b"From a\nA: b\n\nhello\n", b"From b\nB: c\n\nhello\n"
TIMED = b"From b Thu Jan  1 0:00:00 2026\nB: c\n"


@pytest.mark.parametrize(
    ("content", "mails"),
    [
        (ONE, [ONE]),
        (ONE + b"\n" + TWO, [ONE + b"\n", TWO]),
        (
            (ONE + b"\n" + TWO).replace(b"\n", b"\r\n"),
            [(ONE + b"\n").replace(b"\n", b"\r\n"), TWO.replace(b"\n", b"\r\n")],
        ),
        ((ONE + b"\n" + TWO).replace(b"\n", b"\r"), [ONE + b"\n", TWO]),
        (b"\xef\xbb\xbf\r\n" + ONE + b"\n" + TWO, [ONE + b"\n", TWO]),
        (ONE + TWO, [ONE + TWO]),
        (ONE + TIMED + TIMED, [ONE, TIMED, TIMED]),
        (b"A: b\n\n" + ONE, [b"A: b\n\n" + ONE]),
        (b"", [b""]),
    ],
)
def test_each_mail_begins_behind_an_empty_line_or_with_a_time(content: bytes, mails: list[bytes]) -> None:
    lines = in_lines(content)
    assert (list(mails_of(lines)) if is_mailbox(lines) else [lines]) == mails


def test_megabytes_of_beginnings_are_cut_in_seconds() -> None:
    before = time.process_time()
    for piece in (b"\nFrom ", b"\n\nFrom ", b"\nFrom " + b"0" * 299):
        list(mails_of(b"From " + piece * (4 * 1024**2 // len(piece))))
    assert time.process_time() - before < 10
