"""Routes: users."""

from __future__ import annotations

from emulator.routing import Routes

routes = Routes()
