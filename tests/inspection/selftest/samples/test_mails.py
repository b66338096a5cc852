"""Mails, read by the standard library; winmail.dat, by its own checksums."""

from __future__ import annotations

import email
import mailbox
import struct
from email.message import Message
from pathlib import Path

from scanner.inspection.selftest.samples import mails

CONTENT = b"hidden" * 12


def attachments(message: Message) -> list[object]:
    return [part.get_payload(decode=True) for part in message.walk() if part.get_filename() == mails.NAME]


def test_a_mail_and_a_forwarded_one() -> None:
    assert attachments(email.message_from_bytes(mails.eml(CONTENT))) == [CONTENT]
    assert CONTENT in attachments(email.message_from_bytes(mails.forwarded(CONTENT)))
    assert CONTENT not in mails.eml(CONTENT)


def test_a_mailbox_of_two(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(mails.mbox(CONTENT))
    box = mailbox.mbox(tmp_path / "box")
    assert [attachments(message)[-1] == CONTENT for message in box] == [False, True]
    box.close()


def test_a_mail_is_the_same_each_time() -> None:
    assert mails.forwarded(CONTENT) == mails.forwarded(CONTENT)


def test_winmail_dat_adds_up() -> None:
    data, found, position = mails.tnef(CONTENT), {}, 6
    while position < len(data):
        _, kind, size = struct.unpack_from("<BII", data, position)
        value = data[position + 9 : position + 9 + size]
        assert struct.unpack_from("<H", data, position + 9 + size) == (sum(value) & 0xFFFF,)
        found[kind] = value
        position += 11 + size
    assert found[0x0006800F] == CONTENT
