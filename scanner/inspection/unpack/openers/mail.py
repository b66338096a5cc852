"""Mails as they travel (RFC 5322, MIME), one in a file or several in an mbox.

Bodies are text, whatever else has a name or another type is an attachment. A mail inside a mail is handed on whole: its
own attachments are then found one level deeper.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32

from scanner.inspection.coded_text import bare_base64, has_coded_file
from scanner.inspection.selftest.mail_kind import fields_first, named_as_mail
from scanner.inspection.unpack.openers.coded import tell_coded
from scanner.inspection.unpack.openers.html import page_text
from scanner.inspection.unpack.openers.mail_box import in_lines, is_mailbox, mails_of
from scanner.inspection.unpack.openers.mail_loose import loose_parts
from scanner.inspection.unpack.openers.mail_part import decoded, numbered
from scanner.inspection.unpack.openers.text import charset, wide_encoding
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
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""What no text has that is to be read."""
AS_WRITTEN = compat32.clone(mangle_from_=False, max_line_length=0)


def open_mail(source: Source, told: Told) -> None:
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"a mail of {source.size} bytes")
        return
    content = source.file.read()
    wide = wide_encoding(source.head)
    if wide is not None:  # some programs read that as well
        told.member("wide.eml", [content.decode(wide, "replace").encode("utf-8", "replace")])
    content = in_lines(content)
    mailbox = is_mailbox(content)
    if mailbox:
        _tell_mails(content, told)
    if not mailbox or named_as_mail(source.name):  # which programs take for one mail, whatever it begins with
        tell_mail(content, told)


def tell_mail(content: bytes, told: Told) -> None:
    """Of one mail. Raises ValueError for damage, and Enough."""
    try:
        mail: Message = message_from_bytes(fields_first(content))
        parts = list(_parts(mail, told))
    except DAMAGE as error:
        raise ValueError(f"mail: {type(error).__name__} {error}") from error
    told.text(f"Subject: {_words(mail.get('Subject', ''))}\n")
    seen = _Seen(told)
    seen.add(content)  # without fields all of it is a part, in which there would be a mail again
    for number, part in enumerate(parts, 1):
        try:
            _tell_part(part, number, seen)
        except DAMAGE as error:
            told.incomplete(Unscannable.CORRUPT, f"part {number} of a mail: {type(error).__name__}")
    for number, loose in enumerate(loose_parts(content), 1):
        for way, reading in enumerate(decoded(loose.coded, loose.encodings).readings, 1):
            if reading != loose.coded:
                seen.hand_on(numbered(f"loose{number}", way), reading)
    tell_coded(content, told, in_mail=True)


def _tell_mails(content: bytes, told: Told) -> None:
    for number, mail in enumerate(mails_of(content), 1):
        if number > MAX_MAILS:
            told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"more than {MAX_MAILS} mails in one file")
            return
        told.member(f"mail{number}.eml", [mail])


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


class _Seen:
    """What was told of one mail, by any of the ways to read it."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self._digests: set[bytes] = set()

    def add(self, data: bytes) -> bool:
        """Whether it is new."""
        digest = hashlib.sha256(data).digest()
        new = digest not in self._digests
        self._digests.add(digest)
        return new

    def hand_on(self, name: str, data: bytes) -> None:
        if self.add(data):
            self.told.member(name, [data])


def _tell_part(part: Message, number: int, seen: _Seen) -> None:
    kind, told = part.get_content_type(), seen.told
    name = _words(part.get_filename() or "")
    attached = bool(name) or part.get_content_disposition() == "attachment"
    name = name or f"part{number}"
    if isinstance(part.get_payload(), list):
        _tell_inner(part, name, seen)
        return
    encodings = _encodings(part)
    coded = _bytes(part)
    if kind in ENVELOPES and part.get_param("smime-type", "") == "enveloped-data":
        told.trait(Trait.ENCRYPTED)
        told.locked(name, len(coded))
        for reading in decoded(coded, encodings).readings:
            seen.add(reading)
        return
    found = decoded(coded, encodings)
    if kind in {"text/plain", "text/html"} and not attached:
        _tell_body(part, found.readings[0], told)
        for reading in found.readings:
            if reading != coded:
                tell_coded(reading, told)
        # A script may begin with what passes for the fields of a mail.
        as_text = NO_TEXT.search(found.readings[0]) is None and bare_base64(found.readings[0], 0) is None
        if not found.odd and as_text:
            seen.add(found.readings[0])
            return
    told_already = found.odd and has_coded_file(coded, in_mail=True)  # as what stands between the lines of the whole
    readings = [reading for reading in found.readings if reading != coded or not told_already]
    for way, reading in enumerate(readings, 1):
        whole = part.get_content_maintype() == "multipart" and reading != coded
        seen.hand_on(numbered(name, way), _with_border(part, reading) if whole else reading)


def _tell_body(part: Message, data: bytes, told: Told) -> None:
    body = data.decode(charset(str(part.get_content_charset("utf-8"))), "replace")
    told.text((page_text(body) if part.get_content_type() == "text/html" else body) + "\n")


def _tell_inner(part: Message, name: str, seen: _Seen) -> None:
    """A mail inside a mail, or a report on one. It must not be encoded (RFC 2046, 5.2.1), and some are all the same."""
    inner = [one for one in part.get_payload() if isinstance(one, Message)]
    written = b"\n".join(one.as_bytes(policy=AS_WRITTEN) for one in inner)
    coded = written.strip()
    encodings = _encodings(part)
    name = name if "." in name else f"{name}.eml"
    for way, reading in enumerate(decoded(coded, encodings).readings, 1):
        seen.hand_on(numbered(name, way), written if reading == coded else reading)
    for leaf in (leaf for one in inner for leaf in one.walk() if not leaf.is_multipart()):
        # Its parts are told when it is opened itself.
        encodings = _encodings(leaf)
        for reading in decoded(_bytes(leaf), encodings).readings:
            seen.add(reading)


def _encodings(part: Message) -> list[str]:
    return [str(value) for value in part.get_all("Content-Transfer-Encoding", [])]


def _bytes(part: Message) -> bytes:
    """As they are written. The library has no other way to them than to know of no encoding."""
    del part["Content-Transfer-Encoding"]
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else part.as_bytes()


def _with_border(part: Message, parts: bytes) -> bytes:
    """Encoded parts, which must not be (RFC 2045, 6.4), as a mail of their own."""
    kind = re.sub(r"[\r\n]+", " ", str(part["Content-Type"])).encode("utf-8", "replace")
    return b"MIME-Version: 1.0\nContent-Type: %s\n\n%s" % (kind, parts)


def _words(header: object) -> str:
    """A header as a person reads it. Raises ValueError (or LookupError) where it is damaged."""
    pieces = decode_header(str(header))
    return "".join(
        piece if isinstance(piece, str) else piece.decode(charset(name or "ascii"), "replace") for piece, name in pieces
    )
