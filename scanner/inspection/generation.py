"""What the engines' word on a content rests on beside its bytes, as one short text: where that is the same, so is their
word. Rules are not in it: they are decided anew for each version (`recall`)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import magic

from scanner import __version__
from scanner.inspection.clamd import UNKNOWN
from scanner.inspection.clamd_control import CLAMAV
from scanner.inspection.selftest.blind_spots import SpotsInForce
from scanner.rulebook.packing import FORM
from scanner.rulebook.yara_rules import YaraRules
from scanner.settings import Settings

LOOKERS = ("google-re2", "yara-x", "libarchive-c", "olefile", "oletools", "msoffcrypto-tool", "pypdf")
"""Libraries that look into contents."""
_DIGITS = 32
_SEVERAL = re.compile(", | or ")
"""Between the versions of one inspection."""


class Loaded(Protocol):
    """The clamds, of which only this is asked."""

    def versions(self) -> Sequence[str]: ...


class Generation:
    """Thread-safe; asks clamd at most every two seconds."""

    def __init__(
        self, fixed: str, clamd: Loaded, spots: SpotsInForce, yara: Callable[[], YaraRules], signatures: str = ""
    ) -> None:
        """`fixed`: what does not change while the service runs; see `fixed_by`. `signatures`: a stamp
        of files of one's own that clamd has loaded, which change no version of it."""
        self._fixed = fixed
        self._signatures = signatures
        self._clamd = clamd
        self._spots = spots
        self._yara = yara

    def loaded(self, signatures: str) -> None:
        """All clamds have them by now. To be told of what the files were before clamd was asked to load them: what it
        sees in between is then newer than it says, and never older."""
        self._signatures = signatures

    def now(self, looked: Iterable[str] = ()) -> str:
        """Empty where there is none: clamds with different signatures, or one that does not say which it has.
        `looked`: versions that inspections name; none either where another clamd than is asked here is among them."""
        versions = self._clamd.versions()
        if len(versions) != 1 or versions[0] == UNKNOWN:
            return ""
        named = {one for text in looked for one in _SEVERAL.split(text) if one.startswith(CLAMAV)}
        if named - set(versions):
            return ""
        spots, yara = self._spots(), self._yara()
        # Files that were disabled and are in force by now change no digest.
        seen = [sorted(spots.unseen), sorted(spots.hopeless), spots.largest, yara.digest, len(yara.rules)]
        return digest([self._fixed, versions[0], self._signatures, seen])


def fixed_by(settings: Settings) -> str:
    """The program, its libraries and settings. To be asked before the passwords are read: a file changed in between
    must not pass for the old one."""
    unpack = settings.unpack
    looks = [settings.clamav.max_stream, settings.yara.model_dump(mode="json"), unpack.model_dump(mode="json")]
    types = magic.version()  # type: ignore[no-untyped-call]  # the library leaves it without annotations
    installed = [version(name) for name in LOOKERS]
    return digest([__version__, FORM, types, installed, looks, _stamp(unpack.passwords_file)])


def _stamp(passwords: Path | None) -> list[int]:
    """Not the passwords themselves: their digest could be tried out by whoever reads the ledger."""
    if passwords is None:
        return []
    try:
        found = passwords.stat()
    except OSError:
        return []  # whoever reads it says what is wrong
    return [found.st_mtime_ns, found.st_size]


def digest(parts: Sequence[object]) -> str:
    """Short enough for a key, and the same in any process."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]
