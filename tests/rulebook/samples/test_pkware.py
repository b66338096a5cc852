"""Zips under a password, read by the standard library."""

from __future__ import annotations

import io
import zipfile

import pytest

from scanner.rulebook.samples.pkware import encrypted_zip_of

MEMBERS = {"a.csv": b"a;b\n" * 9, "größe/empty": b""}


def test_every_member_opens_with_the_password_and_with_no_other() -> None:
    with zipfile.ZipFile(io.BytesIO(encrypted_zip_of(MEMBERS, b"pw"))) as archive:
        assert {name: archive.read(name, pwd=b"pw") for name in archive.namelist()} == MEMBERS
        with pytest.raises(RuntimeError, match="Bad password"):
            archive.read("a.csv", pwd=b"other")


def test_without_members_it_is_an_empty_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(encrypted_zip_of({}, b"pw"))) as archive:
        assert archive.namelist() == []
