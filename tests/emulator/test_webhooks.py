from __future__ import annotations

import pytest

from emulator.webhooks import Webhook, is_loopback


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:80/x", True),
        ("https://127.8.9.10/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:8080/x", True),
        ("https://scanner.example/x", False),
        ("https://10.0.0.1/x", False),
        ("https://127.0.0.1.example/x", False),
        ("http://127.0.0.1@evil.example/x", False),
        ("http://[::1/x", False),
        ("", False),
    ],
)
def test_loopback_addresses(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    ("header", "value", "sent"),
    [
        ("", "", {}),
        ("X-Secret", "v", {"X-Secret": "v"}),
        ("Bearer v", "", {"Authorization": "Bearer v"}),
    ],
)
def test_the_static_header(header: str, value: str, sent: dict[str, str]) -> None:
    assert Webhook("id", "app", "url", 0, auth_header=header, auth_header_value=value).headers() == sent
