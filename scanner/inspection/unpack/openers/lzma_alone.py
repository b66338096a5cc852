"""LZMA by itself, with other properties than those that everybody knows; see `inspection.lzma_alone`."""

from __future__ import annotations

import lzma

from scanner.inspection.lzma_alone import is_lzma_alone, only_7zip_unpacks
from scanner.inspection.unpack.openers.compressed import LZMA, Behind, lzma_alone, unpacked
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable

NAME = "content"


def has_lzma_alone(source: Source) -> bool:
    return is_lzma_alone(source.head) and LZMA.match(source.head) is None


def open_lzma_alone(source: Source, told: Told) -> None:
    """Without a mark it may be something else: what comes out is looked at, and that no more does is no damage."""
    if only_7zip_unpacks(source.head):
        told.incomplete(Unscannable.FORMAT, "lzma with properties that only 7-Zip knows")
        return
    try:
        told.member(NAME, unpacked(source.file, source.head[:1], lzma_alone))
    except (Behind, ValueError, EOFError):
        return
    except lzma.LZMAError as error:
        if "Memory usage limit" in str(error):
            told.incomplete(Unscannable.MEMORY, str(error))
