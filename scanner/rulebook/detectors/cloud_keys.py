"""Keys of cloud platforms. Pure."""

from __future__ import annotations

import base64
from hashlib import sha256

from scanner.rulebook.detectors.detector import Detector
from scanner.rulebook.detectors.masking import key, only
from scanner.rulebook.pattern import compiled

_LEAST_VARIED = 8
"""Different characters. Random keys of 16 characters and more have them; placeholders such as `XXXX…` do not."""


def varied(secret: bytes) -> bool:
    """Whether it can be random."""
    return len(set(secret)) >= _LEAST_VARIED


_AWS_ID = "(?:AKIA|ASIA)[A-Z2-7]{16}"
_AWS_SHAPE = "[0-9A-Za-z/+]{40}"
_AWS_WORD = r"(?i:aws[_ -]?secret(?:[_ -]?access)?(?:[_ -]?key)?|secret[_ -]?access[_ -]?key)"
_ASSIGNED = r"[\"']?\s{0,9}(?:=>|[:=,>])\s{0,9}[\"']?"


def _aws_id(candidate: bytes) -> bool:
    # The documentation's own keys end so.
    return _fits(_AWS_ID, candidate) and varied(candidate[4:]) and not candidate.endswith(b"EXAMPLE")


def _aws_secret(candidate: bytes) -> bool:
    if not _fits(_AWS_SHAPE, candidate) or candidate.endswith(b"EXAMPLEKEY"):
        return False
    kinds = (
        candidate.upper() != candidate,
        candidate.lower() != candidate,
        any(48 <= byte <= 57 for byte in candidate),
    )
    return all(kinds) and len(set(candidate)) >= 2 * _LEAST_VARIED


def _fits(shape: str, candidate: bytes) -> bool:
    return compiled(shape, False).fullmatch(candidate) is not None


AWS_ACCESS_KEY = Detector(
    name="aws-access-key",
    title="Access key id of AWS (AKIA or ASIA); the examples of AWS's documentation do not count",
    regex=rf"(?:^|[^0-9A-Za-z/+]|\\[nrt])({_AWS_ID})(?:[^0-9A-Za-z/+]|$)",
    valid=_aws_id,
    mask=key("AKIA", "ASIA"),
    source="AWS, IAM User Guide, IAM identifiers",
)
AWS_SECRET_KEY = Detector(
    name="aws-secret-key",
    title="Secret access key of AWS, after a word that says so or after its access key id",
    regex=rf"(?:{_AWS_WORD}{_ASSIGNED}|{_AWS_ID}[\"']?[,;\t ]{{1,3}}[\"']?)({_AWS_SHAPE})(?:[^0-9A-Za-z/+=]|$)",
    valid=_aws_secret,
    mask=key(),
    source="AWS, IAM User Guide, Managing access keys",
)

_GOOGLE = "AIza[0-9A-Za-z_-]{35}"

GOOGLE_API_KEY = Detector(
    name="google-api-key",
    title="API key of Google Cloud, Maps or Firebase",
    regex=rf"(?:^|[^0-9A-Za-z_-]|\\[nrt])({_GOOGLE})(?:[^0-9A-Za-z_-]|$)",
    valid=lambda candidate: _fits(_GOOGLE, candidate) and varied(candidate[4:]),
    mask=key("AIza"),
    source="Google Cloud, Manage API keys",
)

_AZURE = "[0-9A-Za-z+/]{86}=="
_EMULATOR = "0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059"
"""SHA-256 of the key that every Azure storage emulator has."""


def _azure(candidate: bytes) -> bool:
    # 64 bytes in 86 characters leave four bits, which are nought.
    if not _fits(_AZURE, candidate) or not varied(candidate):
        return False
    return base64.b64encode(base64.b64decode(candidate)) == candidate and sha256(candidate).hexdigest() != _EMULATOR


AZURE_STORAGE_KEY = Detector(
    name="azure-storage-key",
    title="Account key in a connection string of Azure Storage; that of the emulator does not count",
    regex=rf"(?i:AccountKey)=({_AZURE})(?:[^0-9A-Za-z+/=]|$)",
    valid=_azure,
    mask=only("AccountKey"),
    source="Microsoft, Configure Azure Storage connection strings",
)
