"""Statements are made with a folder and a key, or not at all."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scanner.settings import StatementSettings


def test_without_settings_none_are_made():
    assert StatementSettings() == StatementSettings(folder=None, key_file=None)


def test_a_key_without_a_folder_is_refused():
    with pytest.raises(ValidationError, match=r"is of no use without statements\.folder"):
        StatementSettings(key_file=Path("/run/secrets/key"))
