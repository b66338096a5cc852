"""What an answer that is no success means for the caller (fact sheet 5.11, 8.3). Pure but for the classes of httpx.

Status and headers decide; text only tells "already exists". A 403 is four things: a throttle or a refused token by its
X-Mashery-Error-Code, a taken name by its text, and else a missing right. Nothing of a body gets into a message but the
sentence in its usual fields, cut, and never of an answer about the token.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import httpx

from scanner.errors import (
    BadAnswer,
    CloudRefused,
    CloudUnavailable,
    Conflict,
    Forbidden,
    NotFound,
    ScannerError,
    Throttled,
    ThrottleScope,
    TokenRefused,
)

Headers = Mapping[str, str]
"""With names in lower case."""

BODY_LOOKED_AT = 4_096
"""Bytes of a refusal that are read for its sentence; HTML error pages can be long (fact sheet 5.2)."""
_LONGEST_SENTENCE = 200
_QPS_WAIT = 1.0
_DAY_WAIT = 3_600.0
_LONGEST_WAIT = 86_400.0
_DAY_FROM = 60.0
"""Seconds of Retry-After above which it is the day's budget that is gone (fact sheet 8.3)."""
_SENTENCES = ("errorMessage", "message", "msg", "error_description", "description", "error", "responseMsg")
_ALREADY_EXISTS = re.compile(r"already exists", re.IGNORECASE)
_GATEWAY_BAD_PATH = 596


def refusal(status: int, headers: Headers, body: bytes, what: str, secret: str = "") -> ScannerError:
    """The error for any status but a success. `what` names the call in its message, `secret` is never part of it."""
    code = headers.get("x-mashery-error-code", "")
    if status == 401 or code.endswith("DEVELOPER_INACTIVE"):
        return TokenRefused(f"{what}: the token is not accepted (HTTP {status})")
    scope = throttle_scope(status, headers)
    if scope is not None:
        return _throttled(scope, headers, what)
    if (status >= 500 and status != _GATEWAY_BAD_PATH) or status == 408:
        return CloudUnavailable(f"{what}: the platform answers HTTP {status}", _retry_after(headers))
    if 300 <= status < 400:
        return CloudRefused(f"{what}: a redirect (HTTP {status}), which is never followed", status)
    sentence = "" if secret and secret.encode() in body else _sentence(body)
    message = f"{what}: HTTP {status}" + (f", {sentence}" if sentence else "")
    return _by_status(status, sentence)(message, status)


def throttle_scope(status: int, headers: Headers) -> ThrottleScope | None:
    """Which limit was exceeded; None where the answer is no throttle. Knows the old gateway's 403 and the 429."""
    code = headers.get("x-mashery-error-code", "")
    if status == 403 and code.endswith("OVER_QPS"):
        return "qps"
    if status == 403 and code.endswith("OVER_RATE"):
        return "day"
    if status != 429:
        return None
    if "x-retry-after" in headers or "x-ratelimited" in headers:
        return "bandwidth"
    return "day" if (_retry_after(headers) or 0) > _DAY_FROM else "qps"


def unanswered(error: Exception, what: str) -> ScannerError:
    """The error for a call that httpx could not bring to an answer. Takes any exception of httpx's."""
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | httpx.TooManyRedirects | httpx.CookieConflict):
        return CloudRefused(f"{what}: the call cannot be sent: {type(error).__name__}", 400)
    if isinstance(error, httpx.TimeoutException):
        return CloudUnavailable(f"{what}: no answer in time ({type(error).__name__})")
    reason = str(error)[:_LONGEST_SENTENCE] if isinstance(error, httpx.TransportError) else ""
    return CloudUnavailable(f"{what}: {type(error).__name__}" + (f": {reason}" if reason else ""))


def unanswered_code(error: Exception) -> str:
    """How such a call is counted."""
    return "timeout" if isinstance(error, httpx.TimeoutException) else "connect_error"


def parsed(body: bytes, what: str) -> Any:
    """The JSON of a success. An HTML page there is a gateway's, not an answer: CloudUnavailable; else BadAnswer."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        if body.lstrip()[:1] == b"<":
            raise CloudUnavailable(f"{what}: an HTML page, where JSON belongs") from error
        raise BadAnswer(f"{what}: the answer is not JSON", 200) from error


def _throttled(scope: ThrottleScope, headers: Headers, what: str) -> Throttled:
    after = _retry_after(headers)
    if after is None:
        after = _DAY_WAIT if scope == "day" else _QPS_WAIT
    limit = {"qps": "calls per second", "day": "calls per day"}.get(scope, scope)
    return Throttled(f"{what}: the limit of {limit} is reached", after, scope)


def _by_status(status: int, sentence: str) -> type[CloudRefused]:
    if status in (404, 410, _GATEWAY_BAD_PATH):
        return NotFound
    if status in (409, 423) or (status in (400, 403, 405) and _ALREADY_EXISTS.search(sentence)):
        return Conflict
    return Forbidden if status == 403 else CloudRefused


def _retry_after(headers: Headers) -> float | None:
    """Seconds, at least one, at most a day."""
    written = headers.get("retry-after") or headers.get("x-retry-after")
    try:
        seconds = float(written) if written else math.nan
    except ValueError:
        return None
    return min(max(seconds, _QPS_WAIT), _LONGEST_WAIT) if math.isfinite(seconds) else None


def _sentence(body: bytes) -> str:
    """The message of any of the documented shapes; empty for HTML, plain text and shapes that nobody knows."""
    if len(body) > BODY_LOOKED_AT or body.lstrip()[:1] != b"{":
        return ""
    try:
        found = _search(json.loads(body), 4)
    except (ValueError, RecursionError):
        return ""
    return " ".join(found.encode("utf-8", "replace").decode().split())[:_LONGEST_SENTENCE]


def _search(value: object, depth: int) -> str:
    if depth == 0:
        return ""
    if isinstance(value, list):
        return next(filter(None, (_search(each, depth - 1) for each in value[:10])), "")
    if not isinstance(value, dict):
        return ""
    for name in _SENTENCES:
        if isinstance(value.get(name), str) and value[name].strip():
            return str(value[name])
    inner = (value.get(name) for name in ("Errors", "errors", "formErrors", "inputErrors", "fault", "credentials"))
    return next(filter(None, (_search(each, depth - 1) for each in inner)), "")
