"""Two domains in one emulator, by two names of this machine."""

from __future__ import annotations

from typing import Any

from tests.journeys.world import World


def two_domains(world: World, **other: Any) -> None:
    """`other`: settings of the first."""
    world.settings()
    here = {"base_url": world.emulator.base_url, "token_file": str(world.folder / "token")}
    elsewhere = here | {"base_url": world.emulator.base_url.replace("127.0.0.1", "localhost")} | other
    world.sections["domains"] = [{"name": "other", **elsewhere}, {"name": "acme", **here}]
