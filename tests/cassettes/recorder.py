"""How cassettes are written and matched, and how a result is put down beside them."""

from __future__ import annotations

from collections.abc import Awaitable
from urllib.parse import urlsplit

import vcr  # type: ignore[import-untyped]
from vcr.request import Request  # type: ignore[import-untyped]

from scanner.errors import ScannerError

HOST = "https://acme.egnyte.com"


def anonymous(request: Request) -> Request:
    """The emulator has another port each time."""
    parts = urlsplit(request.uri)
    request.uri = f"{HOST}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return request


def recorder(mode: str) -> vcr.VCR:
    return vcr.VCR(
        record_mode=mode,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        filter_headers=["authorization", "host"],
        before_record_request=anonymous,
    )


async def outcome(call: Awaitable[object]) -> tuple[str, str]:
    """The class of the error, empty for a success, and the whole result or message."""
    try:
        return "", repr(await call)
    except ScannerError as error:
        return type(error).__name__, f"{type(error).__name__}: {error}"
