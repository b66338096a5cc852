"""Webhooks: under which address Egnyte may be told to reach us, and that address and secret belong together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scanner.settings import WebhookSettings

SECRET = {"secret_file": "/run/secrets/webhooks"}


def test_without_settings_none_are_asked_for() -> None:
    assert WebhookSettings() == WebhookSettings(url=None, secret_file=None, listen="127.0.0.1:9465")


@pytest.mark.parametrize("url", ["https://hooks.example.org", "https://hooks.example.org:8443/", "http://[::1]:9465"])
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    assert WebhookSettings.model_validate({"url": url, **SECRET}).url == url.rstrip("/")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"url": "http://hooks.example.org", **SECRET}, "plain http is allowed to loopback only"),
        ({"url": "https://hooks.example.org/path", **SECRET}, "must be https://host[:port] and nothing more"),
        ({"url": "https://user@hooks.example.org", **SECRET}, "must be https://host[:port] and nothing more"),
        ({"url": "https://hooks.example.org:99999", **SECRET}, "is not a URL"),
        ({"url": "hooks.example.org", **SECRET}, "must be https://host[:port] and nothing more"),
        ({"url": "https://hooks.example.org"}, "is needed beside webhooks.url"),
        (SECRET, "is of no use without webhooks.url"),
        ({"listen": "9465"}, "must be host:port"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(written: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WebhookSettings.model_validate(written)
    assert what in str(refused.value)
