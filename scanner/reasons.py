"""Why a content was not looked at: two closed lists, whose words stand in verdicts, metrics and documents.

Part of the model, and imported from there.
"""

from __future__ import annotations

from enum import StrEnum


class Unscannable(StrEnum):
    """Why nobody can look into a content, now or later."""

    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    CORRUPT = "corrupt"
    LIMITS = "limits"
    """A limit of clamd's, or of searching text."""
    ARCHIVE_DEPTH = "archive-depth"
    ARCHIVE_MEMBERS = "archive-members"
    ARCHIVE_SIZE = "archive-size"
    """Unpacked, it would be larger than allowed."""
    ARCHIVE_RATIO = "archive-ratio"
    """Packed more tightly than honest contents are."""
    MEMORY = "memory"
    """Taking it apart needs more memory than allowed."""
    SCAN_TIME = "scan-time"
    FORMAT = "format"
    """A container that no engine of ours opens."""
    BLIND_SPOT = "blind-spot"
    """The self-test showed that the engines miss what lies in such a container."""
    MASKED = "masked"
    """A signature that is suppressed for its path made the engine stop: what else there is, nobody saw."""


class Unchecked(StrEnum):
    """Why a content has not been looked at yet."""

    ENGINE_DOWN = "engine-down"
    ENGINE_TIMEOUT = "engine-timeout"
    ENGINE_ERROR = "engine-error"
    """A reply that is not in the protocol, or an ERROR."""
    INTERRUPTED = "interrupted"
    """The engine went away in the middle of this scan."""
    CHECKSUM_MISMATCH = "checksum-mismatch"
    DOWNLOAD_BROKEN = "download-broken"
    ACCESS_REFUSED = "access-refused"
    NOT_FOUND = "not-found"
    """The platform has no such file, but told of no deletion: it may be hidden from us."""
    CLOUD_UNAVAILABLE = "cloud-unavailable"
    THROTTLED = "throttled"
    SHUTDOWN = "shutdown"
    SPOOL_UNAVAILABLE = "spool-unavailable"
    """The folder for contents is full or cannot be written."""
    POISON = "poison"
    """Work on it ended without a result too often (the process died, or an unforeseen error)."""


WAITING_REASONS = frozenset(
    {
        Unchecked.ENGINE_DOWN,
        Unchecked.CLOUD_UNAVAILABLE,
        Unchecked.THROTTLED,
        Unchecked.SHUTDOWN,
        Unchecked.SPOOL_UNAVAILABLE,
    }
)
"""Reasons that say nothing about the file: they never use up its attempts, and the work stays open."""
OF_THE_MOMENT = frozenset({Unscannable.SCAN_TIME, Unscannable.MEMORY})
"""Reasons that say as much of the machine at that moment as of the content: another look may be without them."""
