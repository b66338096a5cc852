"""How well the processes that read contents are shut in, for what a kernel grants differs."""

from __future__ import annotations

import structlog

from scanner.sandbox.confinement import Confinement

log = structlog.get_logger("scanner.service")


def tell(confinement: Confinement) -> None:
    """Into the log; a warning, where it is not complete."""
    if confinement.complete:
        log.info("sandbox.closed")
    else:
        log.warning("sandbox.open", left=left_open(confinement))


def left_open(confinement: Confinement) -> list[str]:
    """What whoever takes a parser over could still reach, and why; empty where it is nothing."""
    parts = {"network": confinement.network, "files": confinement.files, "other processes": confinement.calls}
    return [f"{part}: {why}" for part, why in parts.items() if why]
