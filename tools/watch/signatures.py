"""Signatures with a number and a date, as official ones have them: clamd tells both, and tests their age."""

from __future__ import annotations

import hashlib
import io
import tarfile
import time
from pathlib import Path

from demo.samples import EICAR_SHA256

HEADER = 512
LEVEL = 90
"""Of functions that clamd must have; low enough for any that is in use."""


def write_dated(database: Path, number: int, built_at: float) -> None:
    """A container `daily.cud` (unsigned, as `sigtool --unsigned` builds it) that knows the harmless test file."""
    built = int(built_at)
    signature = f"{EICAR_SHA256}:68:Demo.Daily.Eicar\n".encode()
    stamp = time.strftime("%d %b %Y %H-%M +0000", time.gmtime(built))
    listed = f"daily.hsb:{len(signature)}:{hashlib.sha256(signature).hexdigest()}"
    info = f"ClamAV-VDB:{stamp}:{number}:1:{LEVEL}:X:X:demo:{built}\n{listed}\n".encode()
    body = _packed({"daily.info": info, "daily.hsb": signature})
    checksum = hashlib.md5(body, usedforsecurity=False).hexdigest()
    header = f"ClamAV-VDB:{stamp}:{number}:1:{LEVEL}:{checksum}:X:demo:{built}".encode().ljust(HEADER)
    (database / "daily.cud").write_bytes(header + body)


def _packed(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return written.getvalue()
