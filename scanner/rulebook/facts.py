"""What is known of one version before anybody is asked or its content is read again. Pure.

Names are folded here, once: every condition compares folded with folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scanner.model import ContentFacts, FileVersion, Finding
from scanner.rulebook.globs import folded
from scanner.rulebook.kinds import declared_by

_SAME_EVENT = {"rename": "move"}


@dataclass(frozen=True, slots=True)
class Nature:
    """What the bytes show at a glance of what opening them could bring."""

    hollow: bool = False
    """Certainly nothing lies in it."""
    wrapped: bool = False
    """It may have text that must be taken out: packed, or more than a byte for each letter."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Texts are folded."""

    path: str
    folder: str
    name: str
    event: str
    source: str
    """Through what it came (`webui`, `publicapi`, …); empty where the platform does not say."""
    uploaded_at: datetime | None
    """None where the platform does not say."""
    size: int
    mime: str | None
    """As found in the content."""
    declared_mime: str | None
    """As declared by the extension; None where it declares nothing."""
    sha256: str | None
    signatures: tuple[str, ...]
    """What engines that looked earlier named as malware."""
    hollow: bool
    wrapped: bool
    """See Nature."""
    at_hand = True
    """Its bytes can be read."""


def facts_of(
    version: FileVersion, content: ContentFacts, earlier: Iterable[Finding], nature: Nature = Nature()
) -> Facts:
    path = folded(version.path)
    folder, _, name = path.rpartition("/")
    return Facts(
        path=path,
        folder=folder or "/",
        name=name,
        event=_SAME_EVENT.get(version.action, version.action),
        source=folded(version.action_source),
        uploaded_at=version.uploaded_at,
        size=content.size,
        mime=folded(content.mime),
        declared_mime=declared_by(name),
        sha256=content.sha256,
        signatures=tuple(folded(finding.name) for finding in earlier if finding.malware),
        hollow=nature.hollow,
        wrapped=nature.wrapped,
    )
