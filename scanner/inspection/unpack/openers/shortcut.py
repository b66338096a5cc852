"""Windows shortcuts ([MS-SHLLINK]): what they start, as text. Every one has the trait, whatever it starts.

Behind its end a shortcut may carry what its command line then fetches out of it: that is handed on. Its text is said
twice, the second time without the signs that a shell drops: `p^ow""ershell` is powershell.
"""

from __future__ import annotations

import struct

from scanner.inspection.unpack.openers.runs import narrow_runs, wide_runs
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

HEAD = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"
HEADER_SIZE = 76
MAX_SIZE = 64 * 1024**2
HAS_ID_LIST, HAS_LINK_INFO, IS_UNICODE = 0x01, 0x02, 0x80
STRINGS = (0x04, 0x08, 0x10, 0x20, 0x40)
"""Flags of the strings that follow, in this order: description, relative path, folder, arguments, icon."""
ENVIRONMENT_BLOCKS = frozenset({0xA0000001, 0xA0000007})
"""Extra data that names the target, or the icon, by way of environment variables."""
LEAST_BLOCK = 4
KINDS = range(0xA0000001, 0xA000000D)
"""Of extra data ([MS-SHLLINK] 2.5). Whatever else stands there was put there by somebody else than Windows."""
SHOWN = 64 * 1024
"""Bytes of that which are searched for a command line."""
DROPPED = str.maketrans("", "", "^\"'`")
"""Signs that cmd.exe or PowerShell take out of a word."""


def open_shortcut(source: Source, told: Told) -> None:
    """Raises ValueError where it is none, or cut off."""
    if not source.head.startswith(HEAD):
        raise ValueError("no shortcut")
    told.trait(Trait.SHORTCUT)
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"a shortcut of {source.size} bytes")
        return
    content = source.file.read()
    try:
        lines, end = _strings(content)
        more, end = _extra(content, end)
    except struct.error as error:
        # Windows takes damaged ones, too: what can be read in it counts.
        _tell(told, _runs(content))
        raise ValueError("a shortcut that is cut off") from error
    _tell(told, lines + more)
    if end < len(content):
        told.member("appended", [content[end:]])


def _tell(told: Told, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    bare = text.translate(DROPPED)
    told.text(text if bare == text else text + bare)


def _strings(content: bytes) -> tuple[list[str], int]:
    (flags,) = struct.unpack_from("<I", content, len(HEAD))
    lines = []
    at = HEADER_SIZE
    if flags & HAS_ID_LIST:
        (size,) = struct.unpack_from("<H", content, at)
        lines += _runs(content[at + 2 : at + 2 + size])
        at += 2 + size
    if flags & HAS_LINK_INFO:
        (size,) = struct.unpack_from("<I", content, at)
        lines += narrow_runs(content[at + 4 : at + size])
        at += max(size, 4)
    for flag in STRINGS:
        if flags & flag:
            (count,) = struct.unpack_from("<H", content, at)
            size = count * 2 if flags & IS_UNICODE else count
            raw = content[at + 2 : at + 2 + size]
            lines.append(raw.decode("utf-16-le" if flags & IS_UNICODE else "cp1252", "replace"))
            at += 2 + size
    return lines, at


def _extra(content: bytes, at: int) -> tuple[list[str], int]:
    """Blocks of a size and a kind, up to one that is too short to be one; files without that end so, too. What is no
    block, or ends behind the content, begins what is appended."""
    lines: list[str] = []
    while at < len(content):
        (size,) = struct.unpack_from("<I", content, at)
        if size < LEAST_BLOCK:
            return lines, at + 4
        (kind,) = struct.unpack_from("<I", content, at + 4)
        if kind not in KINDS or at + size > len(content):
            return lines + _runs(content[at : at + SHOWN]), at
        if kind in ENVIRONMENT_BLOCKS:
            lines += _runs(content[at + 8 : at + size])
        at += size
    return lines, at


def _runs(content: bytes) -> list[str]:
    return wide_runs(content) + narrow_runs(content)
