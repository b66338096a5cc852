"""A signature fits one text under one key, and a private key is its owner's alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scanner.errors import ConfigurationError
from scanner.ledger.proofs import statement_keys
from scanner.ledger.proofs.audit_chain import canonical
from scanner.ledger.proofs.statement import Statement
from scanner.ledger.proofs.statement_keys import PublicKey
from tests.ledger.proofs.test_statement import row


def test_a_key_signs_and_its_public_half_verifies(tmp_path: Path) -> None:
    key = statement_keys.make(tmp_path / "key")
    signed = key.sign(row(1)[0].body)
    public = PublicKey.of(key.public.written() + "\n")
    assert (public.signed(signed), public.fingerprint) == (True, signed.key)
    assert statement_keys.load(tmp_path / "key").public.written() == public.written()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    return [path] if inner is None else [leaf for key, one in inner for leaf in leaves(one, (*path, key))]


BODY = row(2)[1].body
LEAVES = leaves(json.loads(BODY))


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: ".".join(map(str, leaf)))
def test_any_value_of_a_statement_changed_is_found(tmp_path: Path, leaf: tuple[object, ...]) -> None:
    key = statement_keys.make(tmp_path / "key")
    signed, said = key.sign(BODY), json.loads(BODY)
    inner = said
    for step in leaf[:-1]:
        inner = inner[step]
    inner[leaf[-1]] = "another" if inner[leaf[-1]] != "another" else ""
    assert key.public.signed(signed) is True
    assert key.public.signed(replace(signed, body=canonical(said))) is False


def test_another_key_or_signature_does_not_fit(tmp_path: Path) -> None:
    key, other = (statement_keys.make(tmp_path / name) for name in ("key", "other"))
    signed = key.sign(BODY)
    assert other.public.signed(signed) is False
    for number in range(0, 128, 7):
        flipped = signed.signature[:number] + ("0" if signed.signature[number] != "0" else "1")
        assert key.public.signed(replace(signed, signature=flipped + signed.signature[number + 1 :])) is False
    assert key.public.signed(Statement(BODY, signed.key, "")) is False


@pytest.mark.parametrize("written", ["", "xy" * 32, "ab" * 31, "ab" * 33, "-----BEGIN PUBLIC KEY-----"])
def test_a_public_key_has_64_hex_digits(written: str) -> None:
    with pytest.raises(ValueError, match=r"hex"):
        PublicKey.of(written)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    statement_keys.make(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(ConfigurationError, match="cannot be made: File exists"):
        statement_keys.make(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


def of_another_kind(file: Path) -> None:
    key = generate_private_key(SECP256R1())
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize(
    ("make", "mode", "said"),
    [
        (lambda file: None, 0o600, "cannot be read: No such file"),
        (lambda file: file.mkdir(), 0o700, "cannot be read: Is a directory"),
        (statement_keys.make, 0o640, "can be read by others"),
        (statement_keys.make, 0o604, "can be read by others"),
        (lambda file: file.write_text("no key"), 0o600, "is no private key"),
        (lambda file: file.write_text(""), 0o600, "is no private key"),
        (of_another_kind, 0o600, "is a key of another kind"),
    ],
)
def test_a_file_that_will_not_do_is_told_with_what_to_do(tmp_path: Path, make, mode: int, said: str) -> None:
    file = tmp_path / "key"
    make(file)
    if file.exists():
        file.chmod(mode)
    with pytest.raises(ConfigurationError, match=said):
        statement_keys.load(file)


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    key = statement_keys.make(tmp_path / "key")
    assert "Ed25519PrivateKey" not in repr(key)
