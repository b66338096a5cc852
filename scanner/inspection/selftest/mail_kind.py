"""Whether a content is a mail: by its fields, or by the name by which a program for mails opens it.

As generous as the most generous of them. Whoever takes something for a mail that is none loses a look inside. Pure.
"""

from __future__ import annotations

import re

import re2

SUFFIXES = (".eml", ".emlx", ".nws", ".mht", ".mhtml", ".mim")
"""Programs open what is called so as a mail, whatever it begins with."""
BEFORE = re.compile(rb"(?:\xef\xbb\xbf|[\x00\s])*+(?:>?From [^\r\n]{0,1000}(?:\r\n|\r|\n))*+")
"""What may stand before the fields: a mark of the encoding, empty lines, the line that begins a mail in a mailbox."""
BEFORE_FIELDS = re.compile(rb"[A-Za-z][A-Za-z0-9_.-]{0,200}[ \t]*:")
END = re.compile(rb"(?:\r\n|\r(?!\n)|\n)[ \t]*(?:\r|\n)")
"""The empty line behind the fields."""
FIELD = re.compile(
    rb"^(?:from|received|return-path|message-id|mime-version|delivered-to|sender|reply-to|x-mailer|x-unsent"
    rb"|content-(?:type|transfer-encoding|disposition))[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""One of them makes a mail."""
COMMON = re.compile(rb"^(to|cc|bcc|subject|date)[ \t]*:", re.IGNORECASE | re.MULTILINE)
"""So do two of these, which notes and letters may have as well."""
HEAD = 64 * 1024
"""Bytes: a shorter beginning is the whole content."""
PARTIAL = re.compile(rb"^content-type[ \t]*:[\s]*+(?:\([^()]*+\)\s*+)?message/partial", re.IGNORECASE | re.MULTILINE)
LINES = re.compile(rb"(?:(?:[A-Za-z][A-Za-z0-9_.-]{0,200}[ \t]*+:|[ \t])[^\r\n]*+(?:\r\n|\r|\n|\Z))*+[A-Za-z0-9_.-]*+")
TOLD_BY = rb"(?i:mime-version)"
MARKED = re2.compile(TOLD_BY)
MARK = b"mime-version"
"""Of a mail that stands behind something else; in small letters, as what follows."""
PACKED = re.compile(
    rb"^content-(?:type[ \t]*:.{0,200}?multipart|transfer-encoding[ \t]*:.{0,200}?(?:base64|quoted))",
    re.DOTALL | re.MULTILINE,
)
"""What is not to be seen in it as it lies: translations of programs (.mo) hold other fields of mails."""
LINE_ENDS = b"\r\n"
NEAR = 4096
"""Bytes between the mark and the other fields."""
ABOVE = re.compile(rb"[a-z][a-z0-9_.-]{0,200}[ \t]*:|[ \t]+[^ \t\r\n]")
MOST_MARKS = 1_000


def is_mail(head: bytes, name: str = "") -> bool:
    """`head`: the first 64 KiB."""
    return named_as_mail(name) or _begins_as_mail(head)


def is_part_of_mail(head: bytes, name: str = "") -> bool:
    """Whether it is one of several mails that a program for mails puts together again (RFC 2046, 5.2.2)."""
    return is_mail(head, name) and PARTIAL.search(_fields(head)[0]) is not None


def named_as_mail(name: str) -> bool:
    return name.casefold().endswith(SUFFIXES)


def fields_first(mail: bytes) -> bytes:
    """A mail without what stands before its fields."""
    return mail[BEFORE.match(mail).end() :]  # type: ignore[union-attr]  # it matches anything


def _begins_as_mail(head: bytes) -> bool:
    start = BEFORE.match(head).end()  # type: ignore[union-attr]  # it matches anything
    if BEFORE_FIELDS.match(head, start) is None:
        return False
    fields, ended = _fields(head)
    if FIELD.search(fields) or len({one.lower() for one in COMMON.findall(fields)}) > 1:
        return True
    # Fields without an end: any of a mail's may follow.
    return not ended and len(head) >= HEAD and LINES.fullmatch(fields) is not None


def _fields(head: bytes) -> tuple[bytes, bool]:
    """With lines that end as Unix has it, and whether their end is seen."""
    start = BEFORE.match(head).end()  # type: ignore[union-attr]  # it matches anything
    end = END.search(head, start)
    return head[start : end.start() if end else len(head)].replace(b"\r", b"\n"), end is not None


def find_mail(data: bytes) -> int | None:
    """Where in the first bytes of a content a mail of MIME begins behind something else: Word opens a web archive
    (MHT) that stands behind a PDF."""
    if MARKED.search(data) is None:
        return None
    lower, at = data.lower(), 0
    for _ in range(MOST_MARKS):
        at = lower.find(MARK, at + 1)
        if at < 0:
            return None
        if lower[at - 1] in LINE_ENDS and PACKED.search(lower, max(0, at - NEAR), at + NEAR):
            return _first_field(lower, at)
    return at  # so many do not stand there by chance


def _first_field(lower: bytes, at: int) -> int:
    """Of those above a field that stand line by line."""
    start = max(0, at - NEAR)
    for line in reversed(lower[start:at].splitlines(keepends=True)):
        if ABOVE.match(line) is None:
            break
        at -= len(line)
    return at
