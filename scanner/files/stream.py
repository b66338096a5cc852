"""Open one version's content: one pass over the download gives size, digests, type and a spooled copy.

A content that cannot be had in full is a gap, never a shorter content: an engine would call what is there clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from enum import Enum

from scanner.cloud.port import Cloud, Download, Priority
from scanner.files.digest import Digests
from scanner.files.kind import HEAD, mime_of
from scanner.files.spool import Room, Spool, SpooledContent
from scanner.model import ContentFacts, FileVersion, Gap, Unchecked, Unscannable
from scanner.tracing import Value, span


class Spared(Enum):
    """The content was not read, since it need not be."""

    SPARED = "spared"


SPARED = Spared.SPARED
Spare = Callable[[str, int], bool]
"""Whether a content need not be read, by the checksum and the bytes that the platform declares of it."""


@contextmanager
def open_version(
    cloud: Cloud, version: FileVersion, spool: Spool, *, max_file: int, priority: Priority
) -> Iterator[SpooledContent | Gap]:
    """The content of exactly this version, or the gap for which there is none; blocks, for worker threads.

    `max_file` in bytes. The connection is closed before the content is given out, its room when the caller leaves.
    Raises NotFound, Forbidden and RetryLater as `Cloud.open_content` and `Download.chunks` do.
    """
    with open_unless(cloud, version, spool, max_file=max_file, priority=priority, spare=None) as content:
        assert not isinstance(content, Spared)
        yield content


@contextmanager
def open_unless(
    cloud: Cloud, version: FileVersion, spool: Spool, *, max_file: int, priority: Priority, spare: Spare | None
) -> Iterator[SpooledContent | Gap | Spared]:
    """The same; SPARED, and not a byte read, where `spare` says so of what the platform declares."""
    with span("download") as about:
        fetched = _fetch(cloud, version, spool, max_file, priority, spare)
        about.update(_told(fetched))
    if isinstance(fetched, Gap | Spared):
        yield fetched
        return
    with closing(fetched):
        yield fetched


def _told(fetched: SpooledContent | Gap | Spared) -> dict[str, Value]:
    if isinstance(fetched, Gap):
        return {"gap": fetched.reason.value}
    return {"spared": True} if isinstance(fetched, Spared) else {"size_bytes": fetched.facts.size}


def _fetch(  # noqa: PLR0917 -- each is of a type of its own
    cloud: Cloud, version: FileVersion, spool: Spool, max_file: int, priority: Priority, spare: Spare | None
) -> SpooledContent | Gap | Spared:
    if version.size is not None and version.size > max_file:
        return _too_large(f"{version.size} bytes", max_file)
    with cloud.open_content(version.group_id, version.entry_id, priority=priority) as download, ExitStack() as undo:
        if download.entry_id != version.entry_id:
            return Gap(Unchecked.DOWNLOAD_BROKEN, f"the platform sent version {download.entry_id} instead")
        if download.length is not None and download.length > max_file:
            return _too_large(f"{download.length} bytes", max_file)
        if spare is not None and download.length is not None and spare(download.checksum, download.length):
            return SPARED
        room = spool.reserve(max_file if download.length is None else download.length)
        undo.callback(room.close)
        content = _read(download, room, max_file)
        if not isinstance(content, Gap):
            undo.pop_all()
        return content


def _read(download: Download, room: Room, max_file: int) -> SpooledContent | Gap:
    digests = Digests(download.checksum)
    head = bytearray()
    for chunk in download.chunks():
        if room.size + len(chunk) > (max_file if download.length is None else download.length):
            return _overrun(download, max_file)
        digests.update(chunk)
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        gap = room.write(chunk)
        if gap is not None:
            return gap
    if download.length is not None and room.size < download.length:
        return Gap(Unchecked.DOWNLOAD_BROKEN, f"{room.size} of {download.length} bytes came")
    return digests.mismatch() or _content(digests, bytes(head), room)


def _content(digests: Digests, head: bytes, room: Room) -> SpooledContent | Gap:
    mime = mime_of(head)
    if isinstance(mime, Gap):
        return mime
    room.settle()
    facts = ContentFacts(room.size, digests.sha256, digests.sha512, mime, digests.proven())
    return SpooledContent(facts, head, room)


def _overrun(download: Download, max_file: int) -> Gap:
    if download.length is None:
        return _too_large("more", max_file)
    return Gap(Unchecked.DOWNLOAD_BROKEN, f"more than the {download.length} bytes declared came")


def _too_large(size: str, max_file: int) -> Gap:
    return Gap(Unscannable.TOO_LARGE, f"{size}, where spool.max_file allows {max_file}")
