"""The sandboxed process that takes contents apart: `python -m scanner.inspection.unpack.child`, run by `Unpacker`."""

from __future__ import annotations

import io
import os
import re
import tempfile
from functools import lru_cache, partial
from typing import cast

import magic

from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.output import Output
from scanner.inspection.unpack.taking_apart import Bounds, TakingApart
from scanner.inspection.unpack.wire import to_wire
from scanner.model import Gap, Unchecked
from scanner.sandbox.worker import serve


def handle(cookie: magic.Magic, request: dict[str, object], descriptors: list[int]) -> dict[str, object]:
    """The descriptors: the content, for members, for texts. The request is the service's own, and trusted."""
    content, members, texts = descriptors
    bounds = Bounds(**cast("dict[str, int]", request["bounds"]))
    passwords = tuple(cast("list[str]", request["passwords"]))
    taking = TakingApart(
        bounds, passwords, Output(members), Output(texts), identify=partial(identify, cookie), openers_for=openers_for
    )
    size = os.fstat(content).st_size
    return to_wire(taking.run(content, size, str(request["name"]), str(request["mime"])))


XML = b"<?xml"
A_DIALECT = re.compile(rb"<(?:[\w.-]{1,50}:)?(?:!doctype|html|svg)\b", re.IGNORECASE)
OF_DIALECTS = (b"!doctype", b"html", b"svg")
"""One of these is in each, in small letters."""
FAR = 4096
"""Bytes, of which libmagic reads no more for this."""
SMALL = 1024


def identify(cookie: magic.Magic, head: bytes) -> str | Gap:
    """The type of what begins with these bytes. libmagic needs up to a millisecond for one: parts of office documents
    are XML nearly all, and it is not asked where its answer is certain, nor twice about the same few bytes."""
    if head.startswith(XML) and not _has_dialect(head[:FAR]):
        return "text/xml"
    try:
        return _asked_once(cookie, head) if len(head) <= SMALL else _asked(cookie, head)
    except magic.MagicException as error:
        return Gap(Unchecked.ENGINE_ERROR, f"libmagic: {error.message!r}")


def _has_dialect(head: bytes) -> bool:
    small = head.lower()
    return any(word in small for word in OF_DIALECTS) and A_DIALECT.search(head) is not None


def _asked(cookie: magic.Magic, head: bytes) -> str:
    return str(cookie.from_buffer(head))


_asked_once = lru_cache(maxsize=256)(_asked)


def keep_temporary_files_in_memory() -> None:
    """msoffcrypto writes a doc, xls or ppt that it decrypts into one. Here no file can be made; memory is bounded."""
    tempfile.TemporaryFile = _in_memory  # type: ignore[assignment]  # of all its ways of being called, one is used


def _in_memory(*_arguments: object, **_options: object) -> io.BytesIO:
    return io.BytesIO()


if __name__ == "__main__":
    keep_temporary_files_in_memory()
    # The cookie is made, and its database read, before the door is shut.
    serve(partial(handle, magic.Magic(mime=True)))
