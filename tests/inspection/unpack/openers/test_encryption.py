"""Office documents under passwords."""

from __future__ import annotations

import io
import random
import time

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from demo.samples import zip_of
from scanner.inspection.unpack.openers import encryption
from scanner.inspection.unpack.openers.compound import compound_file
from scanner.inspection.unpack.openers.encryption import decrypted, is_encrypted
from scanner.inspection.unpack.openers.ole import open_ole
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file as compound_of
from tests.inspection.unpack.openers.office import types
from tests.inspection.unpack.openers.recording import told_of

PLAIN = zip_of({"[Content_Types].xml": types(), "word/image.png": random.Random(7).randbytes(9000)})
"""Large enough for msoffcrypto, which writes short ones wrongly."""


def encrypted(password: str) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(PLAIN)).encrypt(password, out)
    return out.getvalue()


SECRET = encrypted("secret")


def test_a_document_under_a_known_password_is_handed_on_in_the_clear():
    told = told_of(open_ole, SECRET, name="a.docx", passwords=("wrong", "secret"))

    assert (told.members, told.locks, told.traits) == ([("a.docx", PLAIN)], [], set())


def test_a_document_under_an_unknown_password_is_locked():
    told = told_of(open_ole, SECRET, name="a.docx", passwords=("wrong",))

    assert (told.members, told.locks, told.traits) == ([], [("a.docx", len(SECRET))], {Trait.ENCRYPTED})


def test_a_document_that_excel_opens_without_asking_is_opened():
    assert told_of(open_ole, encrypted("VelvetSweatshop")).members == [("document", PLAIN)]


def test_a_document_that_asks_for_endless_hashing_is_refused():
    info = b'\4\0\4\0@\0\0\0<encryption><encryptedKey spinCount="9999999"/></encryption>'
    content = compound_of({"EncryptedPackage": b"x", "EncryptionInfo": info})
    started = time.monotonic()

    with compound_file(io.BytesIO(content), len(content)) as compound, pytest.raises(ValueError, match="rounds"):
        decrypted(io.BytesIO(content), compound, ("a",))
    assert time.monotonic() - started < 1


def test_passwords_are_tried_only_so_long(monkeypatch):
    monkeypatch.setattr(encryption, "SECONDS", -1.0)

    with compound_file(io.BytesIO(SECRET), len(SECRET)) as compound:
        assert decrypted(io.BytesIO(SECRET), compound, ("secret",)) is None


def test_other_compound_files_are_not_encrypted():
    content = compound_of({"WordDocument": bytes(40), "Contents": b"EncryptedPackage"})

    with compound_file(io.BytesIO(content), len(content)) as compound:
        assert not is_encrypted(compound)


def test_damage_is_no_wrong_password():
    content = compound_of({"EncryptedPackage": b"x", "EncryptionInfo": b"\4\0\4\0@\0\0\0<encryption/>"})

    told = told_of(open_ole, content)

    assert (told.locks, told.gaps) == ([("document", len(content))], [Unscannable.CORRUPT])
