"""Ed25519 keys that sign statements, and those that are trusted to have signed them.

The private key is a file of its own, readable for its owner alone, made once and never overwritten: with another key
nobody who trusts the first can verify what comes after.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from scanner.errors import ConfigurationError, Problem
from scanner.ledger.proofs.statement import Statement, signed_bytes

LARGEST = 4_096
"""Bytes of a key file."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One that is trusted."""

    key: Ed25519PublicKey

    @classmethod
    def of(cls, written: str) -> PublicKey:
        """From 64 hex digits. Raises ValueError for anything else."""
        raw = bytes.fromhex(written.strip())
        if len(raw) != 32:
            raise ValueError("a public key has 64 hex digits")
        return cls(Ed25519PublicKey.from_public_bytes(raw))

    def written(self) -> str:
        return self._raw().hex()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self._raw()).hexdigest()

    def _raw(self) -> bytes:
        return self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def signed(self, statement: Statement) -> bool:
        """Whether its owner signed exactly this."""
        try:
            self.key.verify(bytes.fromhex(statement.signature), statement.signed)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """The private one. Never shown."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key.public_key())

    def sign(self, body: str) -> Statement:
        """A statement of ours."""
        return Statement(body, self.public.fingerprint, self.key.sign(signed_bytes(body)).hex())


def make(path: Path) -> SigningKey:
    """A new key in a new file. Raises ConfigurationError where there is one, or none can be made."""
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise _problem(path, f"cannot be made: {error.strerror}", "Check the folder and its rights.") from error
    return SigningKey(key)


def load(path: Path) -> SigningKey:
    """Raises ConfigurationError for a file that is no key, or that others may read."""
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(LARGEST + 1)
    except OSError as error:
        remedy = "Run `scanner coverage key` once, as the service's user."
        raise _problem(path, f"cannot be read: {error.strerror}", remedy) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _problem(path, "can be read by others", f"chmod 600 {path}; if they did read it, make a new key.")
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError) as error:
        raise _problem(path, "is no private key", "`scanner coverage key` makes one where there is none.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _problem(path, "is a key of another kind", "It must be Ed25519; `scanner coverage key` makes one.")
    return SigningKey(key)


def _problem(path: Path, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), what, remedy)])
