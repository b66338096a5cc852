"""Calls over plain HTTP to what runs on this machine. For each of its own calls httpx reads all certificates that the
machine trusts: 25 ms, thousands of times."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def control(base_url: str, method: str, path: str, **options: Any) -> Any:
    """The emulator's own surface; gives the JSON of its answer, None for none."""
    answer = call(method, f"{base_url}/_emulator/{path}", **options)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def call(method: str, url: str, *, timeout: float = 60, **options: Any) -> httpx.Response:
    return httpx.request(method, url, timeout=timeout, verify=_TRUSTS_NOBODY, trust_env=False, **options)
