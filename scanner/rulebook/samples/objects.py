"""Files put into documents as objects to be clicked: the packages of packager.exe, whose inside nobody documents."""

from __future__ import annotations

import struct

from scanner.rulebook.samples.compound import compound_file

STREAM = "\x01Ole10Native"
CLASS = b"Package\0"
EMBEDDED = 2


def package(name: str, content: bytes) -> bytes:
    """The compound file by which an Office document holds it."""
    stream = native(name, content)
    return compound_file({STREAM: struct.pack("<I", len(stream)) + stream})


def embedded(name: str, content: bytes) -> bytes:
    """As RTF holds it ([MS-OLEDS] 2.2.5)."""
    stream = native(name, content)
    head = struct.pack("<3I", 0x501, EMBEDDED, len(CLASS)) + CLASS
    return head + struct.pack("<3I", 0, 0, len(stream)) + stream


def native(name: str, content: bytes) -> bytes:
    """What packager.exe writes: a label, where the file came from, and the file."""
    label = name.encode("cp1252", "replace") + b"\0"
    head = b"\2\0" + label + label + struct.pack("<HHI", 0, 3, len(label)) + label
    return head + struct.pack("<I", len(content)) + content + b"\0\0"
