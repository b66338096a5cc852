"""All engines over one content, in their order, each told what the earlier ones found.

None is left out for what another said: an encrypted archive may still carry a name that clamd or a rule knows. An error
that an engine raises is a fault of ours and passes, so that it cannot end as an inspection that looks complete.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from scanner.inspection.apart import Once
from scanner.inspection.engine import Content, Engine, Inquiry
from scanner.inspection.members import Members
from scanner.model import FileVersion, Finding, Gap, Inspection


class Panel:
    """The engines, in the order of looking: containers, clamd, then the rules, which may speak of signatures."""

    def __init__(self, engines: Sequence[Engine], members: Members | None = None, once: Once | None = None) -> None:
        """`members` looks into what the engines do not open; without it they are believed in what they say of it.
        `once`: through whom they all take contents apart, which happens once for each content then."""
        self._engines = tuple(engines)
        self._members = members
        self._once = once
        self.names = frozenset(engine.name for engine in engines)
        """Whose inspections a verdict needs."""

    def ready(self) -> Gap | None:
        """The first reason for which an engine could not look now; asked before a download is paid for."""
        return next((gap for gap in (engine.ready() for engine in self._engines) if gap is not None), None)

    def inspect(self, version: FileVersion, inquiry: Inquiry, content: Content) -> tuple[Inspection, ...]:
        """One inspection per engine, with the seconds it took."""
        with nullcontext() if self._once is None else self._once.shared(content):
            return self._inspected(version, inquiry, content)

    def _inspected(self, version: FileVersion, inquiry: Inquiry, content: Content) -> tuple[Inspection, ...]:
        inspections: list[Inspection] = []
        earlier: tuple[Finding, ...] = ()
        for engine in self._engines:
            began = time.monotonic()
            inspection = engine.inspect(version, inquiry, content, earlier)
            if self._members is not None:
                inspection = self._members.mended(version, inspection, content, earlier)
            inspections.append(replace(inspection, seconds=time.monotonic() - began))
            earlier += inspection.findings
        return tuple(inspections)
