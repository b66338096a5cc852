"""Routes: oauth."""

from __future__ import annotations

from emulator.routing import Routes

routes = Routes()
