"""An id for each request that goes out, so that Egnyte's support and a log of ours can mean one call (fact sheet 2.6).

A call that is repeated has another id each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

HEADER = b"X-Egnyte-Request-Id"
_ANSWERED = HEADER.decode().lower()
_AN_ID = re.compile(r"[A-Za-z0-9_.:/+=-]{1,128}")


def new_id() -> str:
    """128 random bits in hex: unique, and nothing about token, file or person."""
    return secrets.token_hex(16)


def answer_id(headers: Mapping[str, str]) -> str | None:
    """What the platform calls the request, which need not be what we called it; None where it is no id. Names of
    headers are in lower case."""
    found = headers.get(_ANSWERED, "")
    return found if _AN_ID.fullmatch(found) else None
