"""Two harmless contents that show whether clamd admits what it did not look into: its settings cannot be asked for.

The archives are made anew for each use; as files in the repository they would upset other scanners.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from scanner.inspection.clamd_session import Answer
from scanner.model import Gap, Unscannable

DEEPER_THAN_ANY = 110
"""Archives in each other; clamd's MaxRecursion is 17 and at most 100 (clamd.conf(5))."""


@dataclass(frozen=True, slots=True)
class AlertProbe:
    """A content for which a clamd with this setting on gives no OK, but a reason."""

    setting: str
    content: bytes
    expected: Unscannable

    def shows_it_is_on(self, answer: Answer) -> bool:
        """Raises nothing: any other answer, also a failure, has not shown it."""
        return isinstance(answer, Gap) and answer.reason is self.expected


def alert_probes() -> tuple[AlertProbe, ...]:
    """For the settings without which an OK means little (docs/clamav.md)."""
    return (
        AlertProbe("AlertEncrypted", encrypted_zip(), Unscannable.ENCRYPTED),
        limits_probe(),
    )


def limits_probe() -> AlertProbe:
    """For AlertExceedsMax, which governs the alarms of all limits."""
    return AlertProbe("AlertExceedsMax", deep_zip(DEEPER_THAN_ANY), Unscannable.LIMITS)


def encrypted_zip() -> bytes:
    """A zip whose one member says that it is encrypted; no password opens it, and nobody needs to."""
    content = bytearray(zip_of(b"scanner asks whether AlertEncrypted is on"))
    # Bit 0 of the general purpose flags, in the local header and in the directory (APPNOTE 4.3.7, 4.3.12).
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def deep_zip(levels: int) -> bytes:
    content = b"scanner asks whether AlertExceedsMax is on"
    for _ in range(levels):
        content = zip_of(content)
    return content


def zip_of(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("probe"), content)
    return buffer.getvalue()
