"""Mails as files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP


def eml_of(subject: str, text: str, attachments: Mapping[str, bytes]) -> bytes:
    return mail_of(subject, text, attachments).as_bytes(policy=SMTP)


def mail_of(subject: str, text: str, attachments: Mapping[str, bytes]) -> EmailMessage:
    """From Ann to Bob."""
    message = EmailMessage()
    message["From"], message["To"] = "ann@example.com", "bob@example.com"
    message["Subject"], message["Date"] = subject, "Thu, 01 Jan 2026 00:00:00 +0000"
    message["Message-ID"] = "<1@example.com>"
    message.set_content(text)
    for name, content in attachments.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    if attachments:
        # The library makes borders by chance; a sample is the same each time, and differs from one inside it.
        message.set_boundary(f"border-{hashlib.sha256(b''.join(attachments.values())).hexdigest()[:16]}")
    return message
