"""The token file: read at the start, again after a refusal, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cloud.auth import TokenFile
from scanner.errors import ConfigurationError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("  first\n")
    return path


def test_the_token_is_what_stands_in_the_file(file: Path) -> None:
    assert TokenFile(file).current == "first"


def test_a_renewed_file_gives_another_token_to_try(file: Path) -> None:
    tokens = TokenFile(file)
    file.write_text("second")

    assert tokens.renew("first") is True
    assert tokens.current == "second"


def test_the_same_token_is_not_worth_another_try(file: Path) -> None:
    assert TokenFile(file).renew("first") is False


def test_a_token_that_somebody_else_has_renewed_meanwhile_is_worth_a_try(file: Path) -> None:
    tokens = TokenFile(file)
    file.write_text("second")
    tokens.renew("first")
    file.write_text("")

    assert tokens.renew("first") is True


@pytest.mark.parametrize("written", ["", " ", "two words", "tökén", "a\nb", "x" * 5_000])
def test_what_is_no_token_is_told_at_the_start_and_kept_out_later(file: Path, written: str) -> None:
    tokens = TokenFile(file)
    file.write_text(written)

    assert tokens.renew("first") is False
    assert tokens.current == "first"
    with pytest.raises(ConfigurationError) as raised:
        TokenFile(file)
    assert str(raised.value) == (
        f"{file}: the token file does not hold one token\n"
        "    Put the access token alone into the file, and check its rights."
    )


def test_a_missing_file_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        TokenFile(tmp_path / "none")
