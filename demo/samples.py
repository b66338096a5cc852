"""Contents for the demo and the tests, made at run time so that nothing in the repository upsets an antivirus."""

from __future__ import annotations

import hashlib
import struct
import zlib

from scanner.rulebook.samples import pkware
from scanner.rulebook.samples.archives import gzip_of, tar_of, zip_of
from scanner.rulebook.samples.known_bad import known_bad
from scanner.rulebook.samples.pdf import pdf
from scanner.rulebook.samples.programs import pe
from scanner.rulebook.samples.word import docx

__all__ = [
    "docx",
    "eicar",
    "encrypted_zip_of",
    "gz",
    "pdf",
    "png",
    "tar_gz_of",
    "truncated",
    "windows_program",
    "zip_of",
]

EICAR_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


def eicar() -> bytes:
    """The 68 bytes of the harmless test file of the antivirus industry."""
    content = known_bad()
    assert hashlib.sha256(content).hexdigest() == EICAR_SHA256
    return content


def tar_gz_of(members: dict[str, bytes]) -> bytes:
    return gzip_of(tar_of(members))


def encrypted_zip_of(name: str, content: bytes, password: bytes) -> bytes:
    """A zip with one member under traditional PKWARE encryption."""
    return pkware.encrypted_zip_of({name: content}, password)


def png(side: int = 8) -> bytes:
    """A grey square."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\x80" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def windows_program() -> bytes:
    """The headers of a PE file that does nothing: enough for libmagic, too little to run."""
    return pe(b"")


def truncated(content: bytes) -> bytes:
    """The first three quarters: what an interrupted upload leaves."""
    return content[: len(content) * 3 // 4]


def gz(content: bytes) -> bytes:
    return gzip_of(content)
