"""One error for the whole emulator, and the zoo of bodies that Egnyte puts errors into (fact sheet 5.11).

Domain code raises ApiError(status, text); the *route* decides which shape the text gets, since the same refusal reads
`errorMessage` under /fs and `message` under /fs-content.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

Shape = Callable[[int, str], object]


class ApiError(Exception):
    """An answer other than success. `body` (JSON value, or str for HTML and plain text) overrides the route's shape."""

    def __init__(
        self, status: int, text: str, *, body: object = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.body = body
        self.headers = dict(headers or {})

    def render(self, shape: Shape) -> tuple[str, bytes]:
        """Content type and bytes."""
        value = shape(self.status, self.text) if self.body is None else self.body
        if isinstance(value, str):
            return ("text/html" if value.startswith("<") else "text/plain", value.encode())
        return "application/json;charset=UTF-8", json.dumps(value, ensure_ascii=False).encode()


def error_message(_status: int, text: str) -> object:
    """fs, trash, locks, properties."""
    return {"errorMessage": text}


def message(_status: int, text: str) -> object:
    """fs-content, notes, events."""
    return {"message": text}


def links_errors(status: int, text: str) -> object:
    return {"Errors": [{"description": text, "code": str(status)}]}


def form_errors(status: int, text: str) -> object:
    """users."""
    return {"formErrors": [{"code": str(status), "msg": text}], "inputErrors": {}}


def code_and_message(status: int, text: str) -> object:
    """webhooks."""
    return {"code": str(status), "message": text}


def oauth_error(_status: int, text: str) -> object:
    """Text is `error` or `error: description`."""
    error, _, description = text.partition(": ")
    return {"error": error, "error_description": description or error}


def no_body(_status: int, _text: str) -> object:
    return ""
