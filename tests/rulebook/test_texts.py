"""Ids, lines, texts and links as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from scanner.rulebook.texts import Id, Line, Link, Prose


def refusal(kind: Any, written: str) -> str | None:
    try:
        TypeAdapter(kind).validate_python(written)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return None


@pytest.mark.parametrize(
    ("kind", "written"),
    [(Id, "a"), (Id, "a-9-b"), (Line, "Größe: 5 €"), (Prose, "one\ntwo"), (Link, "https://example.com/?a=b")],
)
def test_what_is_in_order_passes(kind: Any, written: str) -> None:
    assert refusal(kind, written) is None


ID = "must be lower-case words joined by hyphens, at most 64 characters, as in double-extension"
LINK = "must be a link that begins with https:// or http://"
LONG = "must have 1 to 200 characters"
HIDDEN = "must be one line without invisible characters"


@pytest.mark.parametrize(
    ("kind", "written", "why"),
    [
        *((Id, written, ID) for written in ("", "A", "a_b", "-a", "a-", "a--b", "a\n", "ä", "a" * 65)),
        *((Line, written, LONG) for written in ("", "  ", "a" * 201)),
        *((Line, written, HIDDEN) for written in ("a\nb", "a\x1bb", "a\u202eb", "a\u2028b", "a\ud800")),
        *((Prose, written, "must have 1 to 5000 characters") for written in ("", "\n", "a" * 5_001)),
        *((Link, written, LINK) for written in ("", "ftp://a", "https://", "https://a b", "https://" + "a" * 1_000)),
    ],
)
def test_what_is_not_is_refused_with_the_reason(kind: Any, written: str, why: str) -> None:
    assert refusal(kind, written) == why
