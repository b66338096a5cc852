"""Mails with an attachment: by themselves, as an attachment of another, in a mailbox, and Outlook's winmail.dat."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from email.policy import SMTP

from scanner.rulebook.samples.mails import mail_of

NAME = "payload.com"
TNEF_MARK = 0x223E9F78
ATTACHMENT = 2
"""Level of an attribute that speaks of an attachment ([MS-OXTNEF] 2.1.3.1)."""


def eml(content: bytes) -> bytes:
    return _mail(content).as_bytes(policy=SMTP)


def forwarded(content: bytes) -> bytes:
    """The mail as an attachment of another."""
    outer = _mail(b"An innocent attachment.\n")
    outer.add_attachment(_mail(content))
    return outer.as_bytes(policy=SMTP)


def mbox(content: bytes) -> bytes:
    lines = (_mail(b"An innocent attachment.\n").as_bytes(), _mail(content).as_bytes())
    return b"".join(b"From ann@example.com Thu Jan  1 00:00:00 2026\n" + mail + b"\n" for mail in lines)


def _mail(content: bytes) -> EmailMessage:
    return mail_of("Hello", "See the attachment.\n", {NAME: content})


def tnef(content: bytes) -> bytes:
    """winmail.dat: rendering data begin an attachment, then come its title and its bytes ([MS-OXTNEF] 2.1.3.3)."""
    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
    attributes = (
        (1, 0x00089006, struct.pack("<I", 0x00010000)),
        (ATTACHMENT, 0x00069002, rendering),
        (ATTACHMENT, 0x00018010, NAME.encode() + b"\0"),
        (ATTACHMENT, 0x0006800F, content),
    )
    packed = b"".join(
        struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
        for level, kind, data in attributes
    )
    return struct.pack("<IH", TNEF_MARK, 1) + packed
