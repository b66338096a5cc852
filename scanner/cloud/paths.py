"""Paths as they stand in URLs (fact sheet 1.3). They come from the platform's users and never leave their place there.

`.` and `..` are never sent: a gateway or proxy would take them for another resource.
"""

from __future__ import annotations

from urllib.parse import quote

from scanner.errors import Conflict, NotFound

LONGEST_PATH = 5_000
"""Bytes of UTF-8 (fact sheet 1.4)."""
_SAFE = "-._~"


def encode_path(path: str) -> str:
    """For a URL: each segment on its own, `/a%20b/c`; the root is empty. Raises NotFound for what names nothing."""
    problem = _problem(path)
    if problem:
        raise NotFound(f"there is nothing at a path that {problem}", 404)
    return "".join(f"/{quote(segment, safe=_SAFE)}" for segment in path.split("/") if segment)


def encode_id(ident: str) -> str:
    """An opaque id as one segment. Raises NotFound for what cannot be one."""
    if ident in ("", ".", ".."):
        raise NotFound("there is nothing with such an id", 404)
    return quote(ident, safe=_SAFE, errors="replace")


def encode_value(value: str) -> str:
    """For a query: nothing but letters, digits and `-._~` stays as it is; `+` would be read as a space."""
    return quote(value, safe=_SAFE, errors="replace")


def check_destination(path: str) -> None:
    """Raises Conflict where nothing can be put."""
    problem = _problem(path)
    if problem:
        raise Conflict(f"nothing can be put at a path that {problem}", 400)


def _problem(path: str) -> str:
    if not path.startswith("/"):
        return "is not absolute"
    if len(path.encode("utf-8", "replace")) > LONGEST_PATH:
        return f"is longer than {LONGEST_PATH} bytes"
    if not path.isascii() and path.encode("utf-8", "replace").decode() != path:
        return "is no Unicode text"
    if any(segment in (".", "..") for segment in path.split("/")):
        return "has . or .. in it"
    return ""
