"""New signatures for all clamds, one after the other: what the first one chokes on, the others never load.

Of several, each gives its scans away first, and gets new ones once it has found the known-bad sample. clamd says
nothing when a load ends. Without ConcurrentDatabaseReload it answers no scan before that; with it, the old signatures
go on looking, and the sample is asked for once more when its VERSION changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.errors import EngineUnavailable
from scanner.inspection.clamd_endpoint import Endpoint
from scanner.inspection.clamds import Clamds
from scanner.model import Gap, Unchecked

LOADING = Gap(Unchecked.ENGINE_DOWN, "it loads signatures")
PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of one clamd."""

    address: str
    before: str
    after: str
    """Versions of engine and signatures: the same where there were no new ones, or where they are not in force yet."""
    trouble: str = ""
    """Why it was left as it was, or is not back; empty where it is."""


def reload_each(clamds: Clamds, drain: float, load: float, stopped: Callable[[], bool] = bool) -> Iterator[Reloaded]:
    """Blocks; ends after the first trouble, or when it is `stopped`. `drain`: seconds for running scans; `load`: until
    it finds the sample."""
    clamds.look_up()
    for endpoint in clamds.endpoints:
        if stopped():
            return
        result = _reload(clamds, endpoint, drain, load, stopped)
        yield result
        if result.trouble:
            return


def _reload(clamds: Clamds, endpoint: Endpoint, drain: float, load: float, stopped: Callable[[], bool]) -> Reloaded:
    address, before = endpoint.clamd.address, endpoint.clamd.version()
    others = [one for one in clamds.endpoints if one is not endpoint]
    if others and all(one.check() is not None for one in others):
        return Reloaded(address, before, before, "no other clamd is in use meanwhile")
    # A lone one keeps its scans: clamd ends them before it loads, and new ones wait there as well as here.
    with clamds.drained(endpoint, drain if others else 0.0) as drained:
        if others and not drained:
            return Reloaded(address, before, before, f"its scans did not end within {drain:g} s")
        try:
            endpoint.clamd.reload()
        except EngineUnavailable as error:
            return Reloaded(address, before, before, str(error))
        endpoint.failed(LOADING)
        gap = _proved(endpoint, time.monotonic() + load, stopped)
    trouble = "" if gap is None else f"not back within {load:g} s: {gap.detail}"
    return Reloaded(address, before, endpoint.clamd.version(), trouble)


def _proved(endpoint: Endpoint, until: float, stopped: Callable[[], bool]) -> Gap | None:
    while (gap := endpoint.check(now=True)) is not None and time.monotonic() < until and not stopped():
        time.sleep(PAUSE)
    return gap
