"""Open one version's content: one pass over the download gives size, digests, type and a spooled copy.

A content that cannot be had in full is a gap, never a shorter content: an engine would call what is there clean.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from scanner.cloud.port import Cloud, Download, Priority
from scanner.files.digest import Digests
from scanner.files.kind import HEAD, mime_of
from scanner.files.spool import Room, Spool, SpooledContent
from scanner.model import ContentFacts, FileVersion, Gap, Unchecked, Unscannable


@contextmanager
def open_version(
    cloud: Cloud, version: FileVersion, spool: Spool, *, max_file: int, priority: Priority
) -> Iterator[SpooledContent | Gap]:
    """The content of exactly this version, or the gap for which there is none; blocks, for worker threads.

    `max_file` in bytes. The connection is closed before the content is given out, its room when the caller leaves.
    Raises NotFound, Forbidden and RetryLater as `Cloud.open_content` and `Download.chunks` do.
    """
    fetched = _fetch(cloud, version, spool, max_file, priority)
    if isinstance(fetched, Gap):
        yield fetched
        return
    with closing(fetched):
        yield fetched


def _fetch(cloud: Cloud, version: FileVersion, spool: Spool, max_file: int, priority: Priority) -> SpooledContent | Gap:
    if version.size is not None and version.size > max_file:
        return _too_large(f"{version.size} bytes", max_file)
    with cloud.open_content(version.group_id, version.entry_id, priority=priority) as download, ExitStack() as undo:
        if download.entry_id != version.entry_id:
            return Gap(Unchecked.DOWNLOAD_BROKEN, f"the platform sent version {download.entry_id} instead")
        if download.length is not None and download.length > max_file:
            return _too_large(f"{download.length} bytes", max_file)
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
    return SpooledContent(ContentFacts(room.size, digests.sha256, digests.sha512, mime), head, room)


def _overrun(download: Download, max_file: int) -> Gap:
    if download.length is None:
        return _too_large("more", max_file)
    return Gap(Unchecked.DOWNLOAD_BROKEN, f"more than the {download.length} bytes declared came")


def _too_large(size: str, max_file: int) -> Gap:
    return Gap(Unscannable.TOO_LARGE, f"{size}, where spool.max_file allows {max_file}")
