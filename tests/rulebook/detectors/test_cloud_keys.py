"""Keys of cloud platforms."""

from __future__ import annotations

import base64
import hashlib
from random import Random

import pytest

from scanner.rulebook.detectors import DETECTORS, occurrences
from scanner.rulebook.detectors.cloud_keys import varied
from tests.rulebook.detectors.made import MAKERS, aws_id, aws_secret, storage_key

ID = aws_id(Random(1))
KEY = aws_secret(Random(1))
GOOGLE = MAKERS["google-api-key"](Random(1))
STORAGE = storage_key(Random(1))


def count(name: str, text: str) -> int:
    return len(list(occurrences(DETECTORS[name], text.encode())))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ID, 1),
        (ID.replace("AKIA", "ASIA"), 1),
        (f'"{ID}"', 1),
        (f"id={ID}&", 1),
        (ID[:-1], 0),
        (ID + "A", 0),
        ("x" + ID, 0),
        (f"/{ID}+", 0),
        (ID.lower(), 0),
        (ID[:-1] + "1", 0),
        ("AKIA" + "X" * 16, 0),
        ("AKIA" + "IOSFODNN7" + "EXAMPLE", 0),
    ],
)
def test_access_key_ids_of_aws(text: str, found: int) -> None:
    assert count("aws-access-key", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"aws_secret_access_key = {KEY}", 1),
        (f"AWS_SECRET_ACCESS_KEY={KEY}\n", 1),
        (f'"SecretAccessKey": "{KEY}"', 1),
        (f"<SecretAccessKey>{KEY}</SecretAccessKey>", 1),
        (f"secret access key => '{KEY}'", 1),
        (f"aws_secret: {KEY}", 1),
        (f"Access key ID,Secret access key\n{ID},{KEY}\n", 1),
        (KEY, 0),
        (f"secret = {KEY}", 0),
        (f"aws_secret_access_key = {KEY}0", 0),
        (f"aws_secret_access_key = {KEY[:-1]}", 0),
        (f"aws_secret_access_key = {'0123456789abcdef' * 2}01234567", 0),
        (f"aws_secret_access_key = {'Aa1' * 13}x", 0),
        ("aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", 0),
    ],
)
def test_secret_keys_of_aws_need_a_word_that_says_so(text: str, found: int) -> None:
    assert count("aws-secret-key", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GOOGLE, 1),
        (f"key={GOOGLE}&q=", 1),
        (GOOGLE[:-1], 0),
        (GOOGLE + "x", 0),
        ("x" + GOOGLE, 0),
        ("AI" + "za" + "x" * 35, 0),
    ],
)
def test_api_keys_of_google(text: str, found: int) -> None:
    assert count("google-api-key", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (STORAGE, 1),
        (f"DefaultEndpointsProtocol=https;AccountName=x;{STORAGE};EndpointSuffix=core.windows.net", 1),
        (STORAGE.lower().partition("=")[0] + "=" + STORAGE.partition("=")[2], 1),
        (STORAGE.partition("=")[2], 0),
        (STORAGE[:-1], 0),
        (STORAGE[:-3] + "B==", 0),
        ("Account" + "Key=" + base64.b64encode(bytes(64)).decode(), 0),
    ],
)
def test_account_keys_of_azure_storage(text: str, found: int) -> None:
    assert count("azure-storage-key", text) == found


def test_the_key_that_every_storage_emulator_has_does_not_count() -> None:
    # Published by Microsoft; put together here from pieces.
    pieces = ["Eby8vdM02xNOcqFlqUwJPLlmEt", "lCDXJ1OUzFT50uSRZ6IFsuFq2UVE", "rCz4I6tq/K1SZFPTOtr/KBHBekso", "GMGw=="]
    key = "".join(pieces)

    assert hashlib.sha256(key.encode()).hexdigest().startswith("0011cc25")
    assert count("azure-storage-key", "Account" + "Key=" + key) == 0


@pytest.mark.parametrize(("secret", "random"), [(b"abcdefgh", True), (b"abcdefg" * 9, False), (b"", False)])
def test_a_placeholder_has_few_different_characters(secret: bytes, random: bool) -> None:
    assert varied(secret) is random
