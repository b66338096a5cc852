"""Are the processes that read contents shut in, as docs/security.md says?"""

from __future__ import annotations

import asyncio
from contextlib import closing

from scanner.errors import ConfigurationError
from scanner.sandbox.confinement import Confinement
from scanner.sandbox.failure import NotStarted
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.engines.engines import unpacker_of
from scanner.service.engines.sandbox import left_open
from scanner.settings import Settings


async def check_sandbox(settings: Settings) -> Diagnosis:
    """By one that is started, and ended again."""
    return await asyncio.to_thread(_checked, settings)


def _checked(settings: Settings) -> Diagnosis:
    try:
        with closing(unpacker_of(settings)) as unpacker:
            return found_in(unpacker.confinement())
    except (ConfigurationError, NotStarted) as error:
        return Diagnosis(Level.FAIL, "sandbox", str(error), "Contents cannot be taken apart; see docs/unpacking.md.")


def found_in(confinement: Confinement) -> Diagnosis:
    """What it means for whoever runs the service."""
    left = left_open(confinement)
    if left:
        finding = f"does not shut off {'; '.join(left)}"
        return Diagnosis(Level.WARN, "sandbox", finding, "See docs/security.md, what the kernel has to grant.")
    return Diagnosis(Level.OK, "sandbox", "no network, no files, no programs for who takes a parser over")
