"""What is known of one version before its text is searched: all that cheap conditions ask about. Pure.

Names are folded here, once: every condition compares folded with folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.model import ContentFacts, FileVersion, Finding
from scanner.rulebook.globs import folded
from scanner.rulebook.kinds import declared_by

_SAME_EVENT = {"rename": "move"}


@dataclass(frozen=True, slots=True)
class Facts:
    """Texts are folded."""

    path: str
    folder: str
    name: str
    event: str
    uploader: str | None
    """User name; None where nobody could say."""
    size: int
    mime: str
    """As found in the content."""
    declared_mime: str | None
    """As declared by the extension; None where it declares nothing."""
    sha256: str
    signatures: tuple[str, ...]
    """What engines that looked earlier named as malware."""


def facts_of(version: FileVersion, uploader: str | None, content: ContentFacts, earlier: Iterable[Finding]) -> Facts:
    path = folded(version.path)
    folder, _, name = path.rpartition("/")
    return Facts(
        path=path,
        folder=folder or "/",
        name=name,
        event=_SAME_EVENT.get(version.action, version.action),
        uploader=None if uploader is None else folded(uploader),
        size=content.size,
        mime=folded(content.mime),
        declared_mime=declared_by(name),
        sha256=content.sha256,
        signatures=tuple(folded(finding.name) for finding in earlier if finding.malware),
    )
