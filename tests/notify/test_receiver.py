"""What receivers have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.notify.receiver import NotTaken, tls_of


def test_a_file_without_certificates_is_told_with_the_name_of_the_receiver(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    with pytest.raises(ConfigurationError, match="notify, soc: the CA file cannot be read or holds no certificates"):
        tls_of("soc", tmp_path / "ca.pem")


def test_a_refusal_may_say_for_how_long() -> None:
    assert (NotTaken("HTTP 429", 7.0).after, NotTaken("away").after) == (7.0, None)
