"""Read a local file the way a download is read: the same pass, the same spool, the same gaps."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from scanner.files.digest import Digests
from scanner.files.kind import HEAD, mime_of
from scanner.files.spool import PIECE, Room, Spool, SpooledContent
from scanner.model import ContentFacts, Gap, Unchecked, Unscannable


@contextmanager
def read_local(path: Path, spool: Spool, *, max_file: int) -> Iterator[SpooledContent | Gap]:
    """The content of a file, or why there is none. `max_file` in bytes. Never raises for what is true of the file."""
    content = _open(path, spool, max_file)
    if isinstance(content, Gap):
        yield content
        return
    with closing(content):
        yield content


def _open(path: Path, spool: Spool, max_file: int) -> SpooledContent | Gap:
    with ExitStack() as undo:
        try:
            status = path.stat()
            # Opening a pipe would wait for its writer, and a device has no end.
            if not stat.S_ISREG(status.st_mode):
                return Gap(Unscannable.FORMAT, "is not a regular file")
            size = status.st_size
            if size > max_file:
                return Gap(Unscannable.TOO_LARGE, f"{size} bytes, where spool.max_file allows {max_file}")
            room = spool.reserve(size)
            undo.callback(room.close)
            content = _read(path, room, size)
        except OSError as error:
            return Gap(Unchecked.DOWNLOAD_BROKEN, f"cannot be read: {error.strerror}")
        if not isinstance(content, Gap):
            undo.pop_all()
        return content


def _read(path: Path, room: Room, size: int) -> SpooledContent | Gap:
    digests, head = Digests(""), b""
    with path.open("rb") as file:
        while chunk := file.read(PIECE):
            if room.size + len(chunk) > size:
                return Gap(Unchecked.DOWNLOAD_BROKEN, "grew while it was read")
            digests.update(chunk)
            head = head or chunk[:HEAD]
            gap = room.write(chunk)
            if gap is not None:
                return gap
    if room.size != size:
        return Gap(Unchecked.DOWNLOAD_BROKEN, f"{room.size} of {size} bytes could be read")
    mime = mime_of(head)
    if isinstance(mime, Gap):
        return mime
    room.settle()
    return SpooledContent(ContentFacts(size, digests.sha256, digests.sha512, mime), head, room)
