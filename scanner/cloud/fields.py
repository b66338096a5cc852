"""One field of somebody else's JSON at a time: the right type, bounded in length, or BadAnswer with the field's name.

`text` and `number` demand a value, their `maybe_` forms give None for anything that is not one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from scanner.errors import BadAnswer

Json = Mapping[str, Any]

LONGEST_TEXT = 16_384
"""Characters; what is longer is cut. A path has at most 5,000 bytes (fact sheet 1.4)."""
LONGEST_ID = 512
"""Characters; ids are opaque (fact sheet 1.2), but they stand in URLs and in the ledger's keys."""
MOST_ROWS = 5_000
"""Rows of one page; the largest that is asked for has 1,000."""
INT64 = 2**63 - 1

_DIGITS = re.compile(r"[0-9]{1,19}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_000


def mapping(value: object, what: str) -> Json:
    """A JSON object. Raises BadAnswer."""
    if not isinstance(value, dict):
        raise BadAnswer(f"{what}: the answer is not a JSON object", 200)
    return value


def rows(value: Json, name: str, what: str) -> list[Json]:
    """The objects of an array; absent and null are empty (fact sheet 5.3). Raises BadAnswer for anything else."""
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > MOST_ROWS or not all(isinstance(row, dict) for row in found):
        raise BadAnswer(f"{what}: {name} is not a list of at most {MOST_ROWS} objects", 200)
    return found


def maybe_text(value: Json, name: str, longest: int = LONGEST_TEXT) -> str | None:
    """A string that can be stored, cut at `longest` characters."""
    found = value.get(name)
    return clean(found[:longest]) if isinstance(found, str) else None


def text(value: Json, name: str, what: str) -> str:
    """A string that is not empty. Raises BadAnswer."""
    found = maybe_text(value, name)
    if not found:
        raise BadAnswer(f"{what}: {name} is missing or no text", 200)
    return found


def maybe_id(value: Json, name: str) -> str | None:
    """An opaque id. A number is taken for its digits; one that is too long is none, since a cut id names another."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) <= INT64 else None
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID or clean(found) != found:
        return None
    return found


def ident(value: Json, name: str, what: str) -> str:
    """An opaque id. Raises BadAnswer."""
    found = maybe_id(value, name)
    if found is None:
        raise BadAnswer(f"{what}: {name} is missing or no id", 200)
    return found


def maybe_number(value: Json, name: str) -> int | None:
    """A whole number from 0 to 2^63-1, also written as a string."""
    found = value.get(name)
    if isinstance(found, str) and _DIGITS.fullmatch(found):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= INT64:
        return None
    return found


def number(value: Json, name: str, what: str) -> int:
    """The same. Raises BadAnswer."""
    found = maybe_number(value, name)
    if found is None:
        raise BadAnswer(f"{what}: {name} is missing or no whole number", 200)
    return found


def flag(value: Json, name: str) -> bool:
    """True only for true."""
    return value.get(name) is True


def moment(value: Json, name: str) -> datetime | None:
    """A time in any of the platform's forms (fact sheet 1.5) in UTC: ISO-8601, RFC 1123, or epoch milliseconds."""
    milliseconds = maybe_number(value, name)
    if milliseconds is not None:
        return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds <= _LAST_MS else None
    written = value.get(name)
    if not isinstance(written, str) or len(written) > 64:
        return None
    return _iso(written) if _ISO.fullmatch(written) else _rfc1123(written)


def clean(found: str) -> str:
    """Without lone surrogates: JSON may hold them, UTF-8 (and so URLs and the ledger) may not."""
    return found if found.isascii() else found.encode("utf-8", "replace").decode("utf-8")


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rfc1123(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
