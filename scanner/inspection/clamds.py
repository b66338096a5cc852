"""The engine clamd, of one or several: each scan goes to the one in use that has the fewest. Behind a name there may be
several, which come and go.

A scan that could not even begin goes to another one at once. One that was broken off does not: the content may be to
blame, and would take them down one after the other; how often it is tried again is the flow's business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from scanner.inspection.clamd import UNKNOWN, Clamd
from scanner.inspection.clamd_control import ClamdStatus
from scanner.inspection.clamd_endpoint import FAILURES, Endpoint, OnChange, nobody
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamd_names import clamds_behind
from scanner.inspection.engine import Content, Inquiry
from scanner.model import FileVersion, Finding, Gap, Inspection, Unchecked
from scanner.settings import ClamavSettings

LookUp = Callable[[str], tuple[str, ...]]
"""Gives the addresses behind one; raises OSError."""
LOOK_UP_EVERY = 10.0
"""Seconds for which it is believed who stands behind a name."""
LOOK_EVERY = 1.0
"""Seconds after which a scan that waits for a free place looks again whether anybody is still in use."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One clamd at a moment."""

    address: str
    status: ClamdStatus
    out: Gap | None
    """Why it gets no scans; None where it does."""


class Clamds:
    """Thread-safe; at most `clamav.connections` scans at once for each, further ones wait here."""

    name = "clamd"

    def __init__(
        self,
        settings: ClamavSettings,
        on_change: OnChange = nobody,
        hand_over: HandOver | None = None,
        look_up: LookUp = clamds_behind,
    ) -> None:
        """Without `hand_over` all contents are streamed."""
        self._settings = settings
        self._on_change = on_change
        self._hand_over = hand_over
        self._look_up = look_up
        self._behind: dict[str, tuple[str, ...]] = {address: (address,) for address in settings.endpoints}
        self.endpoints = tuple(self._endpoint(address) for address in settings.endpoints)
        """Replaced as a whole."""
        self._places = settings.connections
        self._changed = threading.Condition()
        self._looking_up = threading.Lock()
        self._look_up_at = 0.0

    def look_up(self) -> None:
        """Who stands behind each name by now, where that was not asked just before. One that a name no longer leads to
        gets no further scans; one that is new has to find a known-bad sample first."""
        if time.monotonic() < self._look_up_at or not self._looking_up.acquire(blocking=False):
            return
        try:
            for address in self._behind:
                # While a name is not found, those that it led to may still be there.
                with suppress(OSError):
                    self._behind[address] = self._look_up(address)
            self._replace(tuple(dict.fromkeys(one for each in self._behind.values() for one in each)))
            self._look_up_at = time.monotonic() + LOOK_UP_EVERY
        finally:
            self._looking_up.release()

    def _replace(self, addresses: tuple[str, ...]) -> None:
        known, at_start = {one.clamd.address: one for one in self.endpoints}, not self._look_up_at
        new = {one: self._endpoint(one, proved=at_start) for one in addresses if one not in known}
        with self._changed:
            self.endpoints = tuple((known | new)[address] for address in addresses)
            self._changed.notify_all()

    def _endpoint(self, address: str, *, proved: bool = True) -> Endpoint:
        return Endpoint(Clamd(self._settings, address, self._hand_over), self._on_change, proved=proved)

    def ready(self) -> Gap | None:
        self.look_up()
        for endpoint in self.endpoints:
            if endpoint.out is None and endpoint.check() is None:
                return None
        return self._revive()

    def version(self) -> str:
        """Of all that are in use: which of them will look is open."""
        return " or ".join(self.versions()) or UNKNOWN

    def versions(self) -> tuple[str, ...]:
        """What those in use have loaded, each version once. They differ for a while whenever one loads new signatures
        before another."""
        in_use = [one for one in self.endpoints if one.out is None] or self.endpoints
        return tuple(sorted({one.clamd.version() for one in in_use}))

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        gap = self.endpoints[0].clamd.too_large(content)
        for _ in self.endpoints if gap is None else ():
            with self._place() as endpoint:
                if isinstance(endpoint, Gap):
                    gap = endpoint
                    break
                inspection = endpoint.clamd.inspect(version, inquiry, content, earlier)
                if inspection.gap is not None and inspection.gap.reason in FAILURES:
                    endpoint.failed(inspection.gap)
            gap = inspection.gap
            if gap is None or gap.reason is not Unchecked.ENGINE_DOWN:
                return inspection
        return Inspection(self.name, self.version(), gap=gap)

    def standings(self) -> tuple[Standing, ...]:
        """Asks each afresh, for gauges; one that is out of use is tried for it."""
        self.look_up()
        return tuple(Standing(one.clamd.address, one.clamd.status(), one.check()) for one in self.endpoints)

    @contextmanager
    def drained(self, endpoint: Endpoint, within: float) -> Iterator[bool]:
        """It gets no new scans in here; whether the ones it had are ended, which is waited for `within` seconds."""
        with self._changed:
            endpoint.draining = True
            done = self._changed.wait_for(lambda: endpoint.running == 0, within)
        try:
            yield done
        finally:
            with self._changed:
                endpoint.draining = False
                self._changed.notify_all()

    @contextmanager
    def _place(self) -> Iterator[Endpoint | Gap]:
        self.look_up()
        found = self._taken()
        try:
            yield found
        finally:
            if isinstance(found, Endpoint):
                self._give_back(found)

    def _taken(self) -> Endpoint | Gap:
        while True:
            with self._changed:
                serving = [one for one in self.endpoints if one.out is None and not one.draining]
                endpoint = least_loaded(serving, self._places)
                if endpoint is not None:
                    endpoint.running += 1
                elif serving:
                    self._changed.wait(LOOK_EVERY)
                    continue
            if endpoint is not None:
                if endpoint.check() is None:
                    return endpoint
                self._give_back(endpoint)
            else:
                gap = self._revive()
                if gap is not None:
                    return gap

    def _give_back(self, endpoint: Endpoint) -> None:
        with self._changed:
            endpoint.running -= 1
            self._changed.notify_all()

    def _revive(self) -> Gap | None:
        """Nobody is in use: whoever comes back ends that."""
        gaps = [(one.clamd.address, gap) for one in self.endpoints if (gap := self._tried(one)) is not None]
        if len(gaps) < len(self.endpoints):
            return None
        if len(gaps) == 1:
            return Gap(Unchecked.ENGINE_DOWN, gaps[0][1].detail)
        return Gap(Unchecked.ENGINE_DOWN, "; ".join(f"{address}: {gap.detail}" for address, gap in gaps))

    def _tried(self, endpoint: Endpoint) -> Gap | None:
        if endpoint.draining:
            return Gap(Unchecked.ENGINE_DOWN, "it is about to load signatures")
        return endpoint.check()


def least_loaded(endpoints: Sequence[Endpoint], places: int) -> Endpoint | None:
    """The first of those with the fewest scans; None where all have as many as they may."""
    free = [one for one in endpoints if one.running < places]
    return min(free, key=lambda one: one.running, default=None)
