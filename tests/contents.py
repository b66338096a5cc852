"""Contents for engines, through the real spool."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.files.kind import HEAD, mime_of
from scanner.files.spool import Spool, SpooledContent
from scanner.model import ContentFacts
from scanner.settings import SpoolSettings

Spooled = Callable[[bytes], SpooledContent]


def spool_in(folder: Path, **settings: str) -> Spool:
    return Spool(SpoolSettings.model_validate({"dir": folder, **settings}))


def content_of(data: bytes, spool: Spool) -> SpooledContent:
    room = spool.reserve(len(data))
    assert room.write(data) is None
    room.settle()
    mime = mime_of(data[:HEAD])
    assert isinstance(mime, str)
    facts = ContentFacts(len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), mime)
    return SpooledContent(facts, data[:HEAD], room)


@pytest.fixture
def spooled(tmp_path: Path) -> Iterator[Spooled]:
    """Turns bytes into contents that last as long as the test."""
    spool = spool_in(tmp_path)
    made: list[SpooledContent] = []

    def make(data: bytes) -> SpooledContent:
        made.append(content_of(data, spool))
        return made[-1]

    yield make
    for content in made:
        content.close()
