"""Office documents under a password, opened by msoffcrypto with the passwords known.

An OOXML document is then a compound file with the stream EncryptedPackage; doc, xls and ppt stay what they are.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import BinaryIO

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from scanner.inspection.unpack.openers.compound import DAMAGE, Compound
from scanner.inspection.unpack.openers.macros import biff_records
from scanner.inspection.unpack.openers.markup import read_markup

PACKAGE = ("EncryptedPackage",)
INFO = ("EncryptionInfo",)
BUILT_IN = ("VelvetSweatshop", "/01Hannes Ruescher/01")
"""What Excel and PowerPoint try by themselves before they ask: a document under one of these opens without a word."""
MAX_SIZE = 256 * 1024**2
MAX_SPINS = 1_000_000
"""Rounds of hashing for one password; Office writes 100,000, and ten million would be allowed ([MS-OFFCRYPTO])."""
SECONDS = 10.0
"""For all passwords together."""
BROKEN = (DecryptionError, FileFormatError, ParseError, *DAMAGE)
"""What msoffcrypto raises beside OSError and ValueError for damage, and for ways of encryption it does not know."""
_FIB_FLAGS, _FIB_ENCRYPTED = 10, 0x0100
_FILE_PASS, _FIRST = 0x2F, 4
"""A record of Excel's, and among how many at the beginning it stands."""
_ENCRYPTED_SLIDES = b"\xdf\xc4\xd1\xf3"


class _Spins:
    """The highest number of rounds that an EncryptionInfo asks for."""

    def __init__(self) -> None:
        self.most = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.most = max(self.most, int(attributes.get("spinCount", "0")))

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...


def is_encrypted(compound: Compound) -> bool:
    """Raises ValueError or OSError for what is damaged."""
    if PACKAGE in compound:
        return True
    if ("WordDocument",) in compound:
        flags = compound.read(("WordDocument",), MAX_SIZE)[_FIB_FLAGS : _FIB_FLAGS + 2]
        return bool(int.from_bytes(flags, "little") & _FIB_ENCRYPTED)
    for book in (("Workbook",), ("Book",)):
        if book in compound:
            first = islice(biff_records(compound.read(book, MAX_SIZE)), _FIRST)
            return any(kind == _FILE_PASS for kind, _ in first)
    if ("Current User",) in compound:
        return compound.read(("Current User",), MAX_SIZE)[12:16] == _ENCRYPTED_SLIDES
    return False


def decrypted(file: BinaryIO, compound: Compound, passwords: Iterable[str]) -> bytes | None:
    """The document in the clear; None where no password fits. Raises ValueError or OSError for what is damaged."""
    _check_spins(compound)
    end = time.monotonic() + SECONDS
    for password in (*BUILT_IN, *passwords):
        if time.monotonic() > end:
            return None
        found = _tried(file, password)
        if found is not None:
            return found
    return None


def _check_spins(compound: Compound) -> None:
    if INFO not in compound:
        return
    info = compound.read(INFO, 1024**2)
    if info[:4] == b"\4\0\4\0":
        spins = _Spins()
        read_markup([info[8:]], spins)
        if spins.most > MAX_SPINS:
            raise ValueError(f"encryption: {spins.most} rounds for a password")


def _tried(file: BinaryIO, password: str) -> bytes | None:
    out = io.BytesIO()
    file.seek(0)
    try:
        document = msoffcrypto.OfficeFile(file)
        document.load_key(password=password, verify_password=document.format == "ooxml")
        document.decrypt(out)
    except InvalidKeyError:
        return None
    except BROKEN as error:
        raise ValueError(f"encryption: {type(error).__name__} {error}") from error
    return out.getvalue()
