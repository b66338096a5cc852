"""Archives of any number of members, by libraries that write the same each time."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

import libarchive

DATE = (2026, 1, 1, 0, 0, 0)
DOS_DATE = 0x5C21
"""The same day as MS-DOS packs it."""


def zip_of(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """By a method that the standard library writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), content, method)
    return buffer.getvalue()


def tar_of(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def gzip_of(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def seven_zip_of(members: Mapping[str, bytes]) -> bytes:
    """Names in ASCII: libarchive writes others as the locale of the process has them."""
    return written(members, "7zip")


def written(members: Mapping[str, bytes], kind: str, packing: str | None = None, options: str = "") -> bytes:
    """By libarchive: `kind` and `packing` are its names of formats and filters, `options` as for its writer."""
    pieces: list[bytes] = []

    def take(piece: bytes) -> int:
        pieces.append(bytes(piece))
        return len(piece)

    with libarchive.custom_writer(take, kind, packing, options=options) as archive:
        for name, content in members.items():
            archive.add_file_from_memory(name, len(content), content)
    return b"".join(pieces)
