"""Receivers: what a URL may be, and where a secret belongs."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scanner.settings import ReceiverSettings

SECRET = {"secret_file": "/run/secrets/soc"}


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("https://soc.example.org/hooks/scanner?tenant=1", SECRET),
        ("http://127.0.0.1:8080/", SECRET),
        ("http://localhost:8080/", SECRET),
        ("syslog+tls://siem.example.org:6514", {}),
        ("syslog+tcp://siem.example.org:601/", {}),
        ("syslog+udp://[::1]:514", {}),
    ],
)
def test_a_receiver_is_a_web_service_or_a_syslog_server(url: str, more: dict[str, Any]) -> None:
    assert ReceiverSettings(name="soc", url=url, **more).parts.geturl().startswith(url.partition("?")[0])


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"url": "http://soc.example.org/", **SECRET}, "plain http is allowed to loopback only"),
        ({"url": "ftp://soc.example.org/", **SECRET}, "must begin with https"),
        ({"url": "https://user:word@soc.example.org/", **SECRET}, "without user, password"),
        ({"url": "https:///hook", **SECRET}, "must be a URL with a host"),
        ({"url": "https://soc.example.org:99999/", **SECRET}, "is not a URL"),
        ({"url": "syslog+tls://siem.example.org"}, "must be syslog+tls://host:port"),
        ({"url": "syslog+tls://siem.example.org:6514/x"}, "must be syslog+tls://host:port"),
        ({"url": "https://soc.example.org/"}, "is needed by a web service"),
        ({"url": "syslog+tls://siem.example.org:6514", **SECRET}, "is for a web service only"),
        ({"url": "https://soc.example.org/", "name": "The SOC", **SECRET}, "is not a name"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(written: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ReceiverSettings.model_validate({"name": "soc", **written})
    assert what in str(refused.value)
