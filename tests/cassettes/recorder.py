"""How cassettes are written and matched, and how a result is put down beside them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

import vcr  # type: ignore[import-untyped]
from vcr.request import Request  # type: ignore[import-untyped]

from scanner.errors import ScannerError

HOST = "https://acme.egnyte.com"
REQUEST_ID = "x-egnyte-request-id"


def anonymous(request: Request) -> Request:
    """The emulator has another port each time."""
    parts = urlsplit(request.uri)
    request.uri = f"{HOST}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return request


def without_its_id(response: dict[str, Any]) -> dict[str, Any]:
    """It is another one each time."""
    return {**response, "headers": {key: value for key, value in response["headers"].items() if key != REQUEST_ID}}


def recorder(mode: str) -> vcr.VCR:
    return vcr.VCR(
        record_mode=mode,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        filter_headers=["authorization", "host", REQUEST_ID],
        before_record_request=anonymous,
        before_record_response=without_its_id,
    )


async def outcome(call: Awaitable[object]) -> tuple[str, str]:
    """The class of the error, empty for a success, and the whole result or message."""
    try:
        return "", repr(await call)
    except ScannerError as error:
        return type(error).__name__, f"{type(error).__name__}: {error}"
