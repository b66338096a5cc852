"""Containers that no opener of ours opens: told, so that nobody takes such a content for one with nothing inside."""

from __future__ import annotations

import re

from scanner.inspection.disk_image import disk_image
from scanner.inspection.marks import MAIL_STORE
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable

KINDS = (
    (re.compile(rb".{7}\*\*ACE\*\*", re.DOTALL), "ACE"),
    (re.compile(rb"\x60\xea.{8}[\x00-\x02]", re.DOTALL), "ARJ"),
    (re.compile(rb"SIT!.{6}rLau|StuffIt \(c\)", re.DOTALL), "StuffIt"),
    (re.compile(rb"LRZI\x00|\x89LZO\x00\r\n\x1a\n|zPQ[\x01\x02]|7kSt\xa0"), "lrzip, lzop or zpaq"),
    (re.compile(rb"[\x50-\x5f]\x2a\x4d\x18"), "zstd or lz4 behind a frame of its own"),
    (re.compile(rb"RE~\^..[\x00-\xff]", re.DOTALL), "rar of before 1.5"),
    (re.compile(rb"ITSF[\x02-\x04]\x00\x00\x00"), "compiled help (CHM)"),
    (re.compile(MAIL_STORE), "a store of mails"),
    (re.compile(rb"ALZ\x01|EGGA\x00\x01"), "ALZ or EGG"),
)


def is_unopened(source: Source) -> bool:
    return _kind(source) is not None


def open_nothing(source: Source, told: Told) -> None:
    told.incomplete(Unscannable.FORMAT, f"{_kind(source)}: nothing here opens it")


def _kind(source: Source) -> str | None:
    known = next((name for pattern, name in KINDS if pattern.match(source.head)), None)
    return known or disk_image(source.head, source.read_at, source.size)
