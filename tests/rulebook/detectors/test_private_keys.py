"""Private keys: every armour, however it is written, and what is only its picture."""

from __future__ import annotations

import base64
import json
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from scanner.rulebook.detectors import DETECTORS, occurrences
from tests.rulebook.detectors.made import armoured, rsa_key, service_account

KIND = " ".join(["PRIVATE", "KEY"])
DER = b"\x30\x82\x02\x5c"


def count(text: str, name: str = "private-key") -> int:
    return len(list(occurrences(DETECTORS[name], text.encode())))


MADE = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
PKCS1, PKCS8, OPENSSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH


PLAIN, ENCRYPTED = NoEncryption(), BestAvailableEncryption(b"word")


@pytest.mark.parametrize(
    ("kind", "form", "secrecy"),
    [
        ("rsa", PKCS1, PLAIN),
        ("rsa", PKCS1, ENCRYPTED),
        ("rsa", PKCS8, PLAIN),
        ("rsa", PKCS8, ENCRYPTED),
        ("ec", PKCS1, PLAIN),
        ("ec", PKCS1, ENCRYPTED),
        ("ec", PKCS8, PLAIN),
        ("ec", OPENSSH, PLAIN),
        ("ed25519", PKCS8, PLAIN),
        ("ed25519", PKCS8, ENCRYPTED),
        ("ed25519", OPENSSH, PLAIN),
    ],
)
def test_keys_that_a_library_writes_are_found(kind: str, form: PrivateFormat, secrecy: object) -> None:
    texts = [MADE[kind]().private_bytes(Encoding.PEM, form, secrecy).decode() for _ in range(2)]

    assert count("\n".join([*texts, *texts])) == 2


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: json.dumps({"key": text}),
        lambda text: "\n".join(f"    {line}" for line in text.splitlines()),
        lambda text: "\n".join(f'"{line}\\n" +' for line in text.splitlines()),
        lambda text: text.replace("\n", " "),
    ],
)
def test_a_key_is_found_as_programs_and_settings_hold_it(written: object) -> None:
    assert callable(written)
    assert count(written(rsa_key(Random(1)))) == 1


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "DSA ", "ENCRYPTED ", ""])
def test_der_begins_as_a_sequence(kind: str) -> None:
    assert count(armoured(kind + KIND, DER + b"x" * 100)) == 1
    assert count(armoured(kind + KIND, b"\x00" + DER + b"x" * 100)) == 0


def test_openssh_and_openpgp_begin_in_their_own_ways() -> None:
    openpgp = f"PGP {KIND} BLOCK"

    assert count(armoured("OPENSSH " + KIND, b"openssh-key-v1\0" + Random(1).randbytes(300))) == 1
    assert count(armoured("OPENSSH " + KIND, Random(1).randbytes(300))) == 0
    assert count(armoured(openpgp, b"\x95" + Random(1).randbytes(300))) == 1
    assert count(armoured(openpgp, b"\x95" + Random(1).randbytes(300), headers="Version: GnuPG v2\nComment: x")) == 1
    assert count(armoured(openpgp, b"\x15" + Random(1).randbytes(300))) == 0


def test_an_encrypted_key_of_the_old_kind_can_begin_with_anything() -> None:
    headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF"

    assert count(armoured("RSA " + KIND, b"\x01" + Random(1).randbytes(300), headers=headers)) == 1


@pytest.mark.parametrize(
    "text",
    [
        armoured("PUBLIC " + "KEY", DER + b"x" * 100),
        armoured("CERTIFICATE", DER + b"x" * 100),
        armoured(KIND, b""),
        armoured(KIND, DER + b"x" * 10),
        armoured(KIND, DER + b"x" * 100).replace("-----", "----"),
        armoured(KIND, b"").replace("\n", "\n...\n", 1),
        base64.b64encode(DER + b"x" * 100).decode(),
    ],
)
def test_armour_around_something_else_is_no_private_key(text: str) -> None:
    assert count(text) == 0


@pytest.mark.parametrize("sort_keys", [False, True])
def test_a_service_account_is_found_whatever_the_order_of_its_members(sort_keys: bool) -> None:
    text = service_account(Random(1), sort_keys=sort_keys)

    assert count(text, "gcp-service-account") == 1
    assert count(json.dumps([json.loads(text)]), "gcp-service-account") == 1
    assert count(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "service_account", "private_key_id": "abc"}),
        json.dumps({"type": "service_account", "private_key": "..."}),
        json.dumps([{"type": "service_account"}, json.loads(service_account(Random(1))) | {"type": "user"}]),
        service_account(Random(1)).replace("service_account", "authorized_user"),
    ],
)
def test_half_of_a_service_account_is_none(text: str) -> None:
    assert count(text, "gcp-service-account") == 0
