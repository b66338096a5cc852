"""Programs that do nothing: as much of their headers as libmagic and YARA look at, too little to run."""

from __future__ import annotations

import struct

CODE = 0x60000020
"""Rights of the section in a PE: code, readable, may be run."""
ALIGNMENT = 512


def pe(content: bytes) -> bytes:
    """A program for 32-bit Windows with this in its only section, behind an instruction to return."""
    section = b"\xc3" + content
    size = len(section) + -len(section) % ALIGNMENT
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 224, 0x102)
    optional = struct.pack("<HBBIIIIII", 0x10B, 1, 0, size, 0, 0, 0x1000, 0x1000, 0x2000)
    optional += struct.pack("<III", 0x400000, 0x1000, ALIGNMENT) + struct.pack("<HHHHHHI", 4, 0, 0, 0, 4, 0, 0)
    optional += struct.pack("<IIIHH", 0x1000 + size + -size % 0x1000, ALIGNMENT, 0, 3, 0)
    optional += bytes(224 - len(optional))
    text = b".text\0\0\0" + struct.pack("<IIIIIIHHI", size, 0x1000, size, ALIGNMENT, 0, 0, 0, 0, CODE)
    return (dos + coff + optional + text).ljust(ALIGNMENT, b"\0") + section.ljust(size, b"\0")


def elf(content: bytes) -> bytes:
    """A program for 64-bit Linux on x86, with this behind its headers."""
    start = 64 + 56
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000 + start, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    size = start + 1 + len(content)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
    return head + segment + b"\xc3" + content
