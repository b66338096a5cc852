"""Mails as they travel (RFC 5322, MIME), one in a file or several in an mbox.

Bodies are text, whatever else has a name or another type is an attachment. A mail inside a mail is handed on whole: its
own attachments are then found one level deeper.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message

from scanner.inspection.unpack.openers.html import page_text
from scanner.inspection.unpack.openers.text import charset
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

MAX_SIZE = 256 * 1024**2
MAX_PARTS = 2000
MAX_DEPTH = 30
"""Of parts within parts; mail programs write four."""
MAX_MAILS = 10_000
"""In one mbox."""
DAMAGE = (
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the standard library raises for damaged mails; seen by fuzzing."""
ENVELOPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
NEXT_MAIL = b"\n\nFrom "
BEGIN = re.compile(r"begin [0-7]{3,4} (.{1,255})")


def open_mail(source: Source, told: Told) -> None:
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"a mail of {source.size} bytes")
        return
    content = source.file.read()
    if content.startswith(b"From ") and NEXT_MAIL in content:
        _tell_mails(content, told)
        return
    try:
        mail: Message = message_from_bytes(content)
        parts = list(_parts(mail, told))
    except DAMAGE as error:
        raise ValueError(f"mail: {type(error).__name__} {error}") from error
    told.text(f"Subject: {_words(mail.get('Subject', ''))}\n")
    for number, part in enumerate(parts, 1):
        try:
            _tell_part(part, number, told)
        except DAMAGE as error:
            told.incomplete(Unscannable.CORRUPT, f"part {number} of a mail: {type(error).__name__}")


def _tell_mails(content: bytes, told: Told) -> None:
    start = 0
    for number in range(1, MAX_MAILS + 1):
        end = content.find(NEXT_MAIL, start)
        told.member(f"mail{number}.eml", [content[start : end + 2] if end >= 0 else content[start:]])
        if end < 0:
            return
        start = end + 2
    told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"more than {MAX_MAILS} mails in one file")


def _parts(mail: Message, told: Told) -> Iterator[Message]:
    """What is no container of parts, in the order of reading."""
    stack = [(mail, 1)]
    left = MAX_PARTS
    while stack:
        part, depth = stack.pop()
        payload = part.get_payload()
        if part.get_content_type() == "multipart/encrypted":
            told.trait(Trait.ENCRYPTED)
        if part.get_content_maintype() != "multipart" or not isinstance(payload, list):
            yield part
        elif depth >= MAX_DEPTH:
            told.incomplete(Unscannable.ARCHIVE_DEPTH, f"a mail of more than {MAX_DEPTH} levels")
        else:
            left -= len(payload)
            if left < 0:
                told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"a mail of more than {MAX_PARTS} parts")
                return
            stack.extend((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))


def _tell_part(part: Message, number: int, told: Told) -> None:
    kind = part.get_content_type()
    name = _words(part.get_filename() or "")
    if kind == "message/rfc822" and isinstance(part.get_payload(), list):
        told.member(name or f"part{number}.eml", [_inner_mail(part)])
        return
    data = _data(part)
    attached = bool(name) or part.get_content_disposition() == "attachment"
    if kind in {"text/plain", "text/html"} and not attached:
        body = data.decode(charset(str(part.get_content_charset("utf-8"))), "replace")
        told.text((page_text(body) if kind == "text/html" else body) + "\n")
        _tell_lines(body, told)
        return
    if kind in ENVELOPES and part.get_param("smime-type", "") == "enveloped-data":
        told.trait(Trait.ENCRYPTED)
        told.locked(name or f"part{number}", len(data))
        return
    told.member(name or f"part{number}", [data])


def _data(part: Message) -> bytes:
    """What a part says, decoded; of several parts under one that may have none, as they are written."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else part.as_bytes()


def _inner_mail(part: Message) -> bytes:
    """A mail inside a mail. It must not be encoded (RFC 2046, 5.2.1), and some are all the same."""
    inner = part.get_payload(0)
    written = inner.as_bytes() if isinstance(inner, Message) else b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            return base64.b64decode(written.strip())
        except binascii.Error:
            return written
    return written


def _words(header: object) -> str:
    """A header as a person reads it. Raises ValueError (or LookupError) where it is damaged."""
    pieces = decode_header(str(header))
    return "".join(
        piece if isinstance(piece, str) else piece.decode(charset(name or "ascii"), "replace") for piece, name in pieces
    )


def _tell_lines(body: str, told: Told) -> None:
    """Files between the lines of a text, as mail programs sent them before MIME (uuencode)."""
    name, lines = "", list[bytes]()
    for line in body.splitlines():
        begin = BEGIN.fullmatch(line)
        if not name and begin is not None:
            name, lines = begin.group(1), []
        elif name and line == "end":
            told.member(name, lines)
            name, lines = "", []
        elif name:
            lines.append(_uu(line))
    if any(lines):  # cut off
        told.member(name, lines)


def _uu(line: str) -> bytes:
    """A line of uuencode; what is not one, empty."""
    try:
        return binascii.a2b_uu(line)
    except (binascii.Error, ValueError):
        return b""
