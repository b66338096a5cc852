"""Ids and texts as people write them in rules and suppressions: one line, several, a link."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

LONGEST_LINE = 200
LONGEST_TEXT = 5_000


def _id(written: str) -> str:
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", written) or len(written) > 64:
        raise ValueError("must be lower-case words joined by hyphens, at most 64 characters, as in double-extension")
    return written


def _line(written: str) -> str:
    if not written.strip() or len(written) > LONGEST_LINE:
        raise ValueError(f"must have 1 to {LONGEST_LINE} characters")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in written):
        raise ValueError("must be one line without invisible characters")
    return written


def _text(written: str) -> str:
    if not written.strip() or len(written) > LONGEST_TEXT:
        raise ValueError(f"must have 1 to {LONGEST_TEXT} characters")
    return written


def _link(written: str) -> str:
    if not re.fullmatch(r"https?://[^\s]+", written) or len(written) > 1_000:
        raise ValueError("must be a link that begins with https:// or http://")
    return written


def _schema(**limits: object) -> WithJsonSchema:
    """For editors, as far as a schema can say it."""
    return WithJsonSchema({"type": "string", **limits})


Id = Annotated[str, AfterValidator(_id), _schema(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", maxLength=64)]
Line = Annotated[str, AfterValidator(_line), _schema(minLength=1, maxLength=LONGEST_LINE)]
Prose = Annotated[str, AfterValidator(_text), _schema(minLength=1, maxLength=LONGEST_TEXT)]
Link = Annotated[str, AfterValidator(_link), _schema(pattern="^https?://", maxLength=1_000)]
