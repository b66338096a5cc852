"""What receivers have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.notify.receiver import NotTaken, reason_of, tls_of


def test_a_file_without_certificates_is_told_with_the_name_of_the_receiver(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    with pytest.raises(ConfigurationError, match="notify, soc: the CA file cannot be read or holds no certificates"):
        tls_of("soc", tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "no answer within 10 s"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError("Multiple exceptions: two addresses"), "Multiple exceptions: two addresses"),
        (ConnectionError(), "ConnectionError"),
    ],
)
def test_why_there_is_no_connection_is_told_in_words(error: Exception, said: str) -> None:
    assert reason_of(error) == said


def test_a_refusal_may_say_for_how_long() -> None:
    assert (NotTaken("HTTP 429", 7.0).after, NotTaken("away").after) == (7.0, None)
