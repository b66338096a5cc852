"""LZMA by itself, which has no mark: by its header, whatever its properties. clamd knows the usual ones only.

Pure. It is as strict as 7-Zip is, and asks for what a first byte of LZMA cannot be otherwise.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct("<BIQBBB")
"""Properties, size of the dictionary, size, and the first three bytes that are packed."""
PROPERTIES = 9 * 5 * 5
UNKNOWN = (1 << 64) - 1
LARGEST = 1 << 40
SIZES = frozenset({2 << n for n in range(1, 31)} | {3 << n for n in range(1, 31)} | {0xFFFFFFFF})
MOST_LITERAL = 4
"""Bits of context and position together, above which only 7-Zip unpacks it."""


def is_lzma_alone(head: bytes) -> bool:
    if len(head) < HEADER.size:
        return False
    properties, dictionary, size, first, second, third = HEADER.unpack_from(head)
    # What is packed begins with a zero, and with a byte that is no repetition: nothing was before it. Two more zeros
    # stand there in tables of numbers only: they would be zeros that nobody packed.
    begins = first == 0 and second < 0x80 and bool(second or third)
    return begins and properties < PROPERTIES and dictionary in SIZES and (0 < size < LARGEST or size == UNKNOWN)


def only_7zip_unpacks(head: bytes) -> bool:
    """Of one that is."""
    return head[0] % 9 + head[0] // 9 % 5 > MOST_LITERAL
