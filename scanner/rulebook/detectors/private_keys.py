"""Private keys in their armour, and the service account files that hold one. Pure."""

from __future__ import annotations

import base64
import re

from scanner.rulebook.detectors.detector import AFTER, Detector
from scanner.rulebook.detectors.masking import only
from scanner.rulebook.pattern import compiled

_LINE_END = r"(?:[\s\"'+]|\\[rn])"
"""Also as programs and JSON write it in their literals."""
_HEADER = rf"[A-Za-z-]{{3,30}}: [^\r\n]{{1,100}}{_LINE_END}{{1,20}}"
"""Such as `Proc-Type: 4,ENCRYPTED` or `Version: GnuPG v2`."""
# The brackets around blanks keep programs that look for secrets from stopping at this file.
_KINDS = "(?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE[ ]KEY|PGP PRIVATE[ ]KEY BLOCK"
_BODY = rf"[0-9A-Za-z+/=]{{40,80}}(?:{_LINE_END}{{1,20}}[0-9A-Za-z+/=]{{4,80}}){{0,6}}"
"""The first lines; enough to tell one key from another. OpenSSH's first line is alike in all keys."""

_ARMOUR = re.compile(rb"-----BEGIN (?:([A-Z]+) )?PRIVATE[ ]KEY(?: BLOCK)?-----")
_ENCRYPTED = re.compile(rb"Proc-Type:\s*4,\s*ENCRYPTED")
_FIRST_LINE = re.compile(rb"(?:[\s\"'+]|\\[rn])([0-9A-Za-z+/]{40})[0-9A-Za-z+/=]*")
_OPENSSH = b"openssh-key-v1\0"


def _is_key(candidate: bytes) -> bool:
    """Whether what the armour holds begins as it must; placeholders do not."""
    armour = _ARMOUR.match(candidate)
    line = None if armour is None else _FIRST_LINE.search(candidate, armour.end())
    if armour is None or line is None:
        return False
    if _ENCRYPTED.search(candidate, armour.end(), line.start()) is not None:
        return True
    content = base64.b64decode(line[1])
    if armour[1] == b"OPENSSH":
        return content.startswith(_OPENSSH)
    if armour[1] == b"PGP":
        return content[0] & 0x80 != 0
    return content[0] == 0x30


def _without_line_ends(candidate: bytes) -> bytes:
    return re.sub(rb"[\s\"'+]|\\[rn]", b"", candidate)


PRIVATE_KEY = Detector(
    name="private-key",
    title="Private key (PKCS #1, PKCS #8 also encrypted, EC, DSA, OpenSSH, OpenPGP) in its armour",
    regex=rf"(-----BEGIN (?:{_KINDS})-----{_LINE_END}{{1,20}}(?:{_HEADER}){{0,4}}{_BODY}){AFTER}",
    valid=_is_key,
    mask=only("private key"),
    source="RFC 7468, RFC 1421, RFC 9580; OpenSSH PROTOCOL.key",
    canonical=_without_line_ends,
    word=b"-----BEGIN ",
)

_TYPE = r'"type"\s{0,9}:\s{0,9}"service_account"'
_KEY = r'"private_key"\s{0,9}:\s{0,9}"-----BEGIN PRIVATE[ ]KEY-----[0-9A-Za-z+/=\\]{100,400}'
_WHOLE_KEY = _KEY + r"[0-9A-Za-z+/=\\]{0,1000}" * 3 + r'-----END PRIVATE[ ]KEY-----(?:\\n)?"'
_ACCOUNT = rf"{_TYPE}[^{{}}]{{0,900}}?{_KEY}|{_WHOLE_KEY}[^{{}}]{{0,900}}?{_TYPE}"
"""The members of a JSON object stand in any order."""


def _is_account(candidate: bytes) -> bool:
    return compiled(_ACCOUNT, False).fullmatch(candidate) is not None


GCP_SERVICE_ACCOUNT = Detector(
    name="gcp-service-account",
    title="Key file of a Google Cloud service account (JSON with its private key)",
    regex=f"({_ACCOUNT})",
    valid=_is_account,
    mask=only("service account key"),
    source="Google Cloud, Create and delete service account keys",
    word=b'"service_account"',
)
