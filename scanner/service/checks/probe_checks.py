"""Could a probe come through in a domain's probe folder? Nothing is put there to find out (docs/probe.md)."""

from __future__ import annotations

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.remediation.place import parent_of
from scanner.remediation.step import LEVELS
from scanner.service.checks.diagnosis import Diagnosis, Level

RIGHT = "Full"
"""To upload, to move out and to delete (fact sheet 2.7)."""


async def check_probe_folder(cloud: Cloud, name: str, folder: str) -> Diagnosis:
    """Raises RetryLater. Of a folder that is not there yet the rights on the one in which it will be made decide."""
    subject = f"{name}: {folder} (probe)"
    try:
        there = await _nearest(cloud, folder)
        if there is None:
            return Diagnosis(Level.FAIL, subject, "lies below a file", "Name another domains.probe_folder.")
        level = await cloud.own_level(there)
    except CloudRefused as error:
        return Diagnosis(Level.FAIL, subject, f"cannot be seen: {error}", "Check the account's rights above it.")
    missing = "" if there == folder else f"is made by the first probe, in {there}; "
    if level not in LEVELS[LEVELS.index(RIGHT) :]:
        finding = f"{missing}rights: {level}: no probe can be uploaded there, moved and deleted"
        return Diagnosis(Level.WARN, subject, finding, f"Give the account {RIGHT} on {there}.")
    return Diagnosis(Level.OK, subject, f"{missing}rights: {level}")


async def _nearest(cloud: Cloud, folder: str) -> str | None:
    """The folder, or the lowest above it that is there; None where a file stands in its way. Raises CloudRefused where
    none can be seen, up to the topmost one."""
    while True:
        try:
            found = await cloud.at_path(folder, priority=Priority.ENRICHMENT)
        except NotFound:
            if not parent_of(folder):
                raise
            folder = parent_of(folder)
        else:
            return None if isinstance(found, FileInfo) else folder
