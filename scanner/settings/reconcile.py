"""Listing what is watched, to find what no event told of."""

from __future__ import annotations

from typing import Annotated

from scanner.settings.section import Section
from scanner.settings.units import Duration, at_least


class ReconcileSettings(Section):
    """Listing all that is watched, to find what no event told of (docs/reconcile.md)."""

    every: Annotated[Duration, at_least("1h")] | None = None
    """How long after a complete walk the next one begins; 7d is a good value. Unless written, only lost events lead to
    one: it costs a call per folder, and queues all old content that was never scanned."""
