"""Small stories of a bad file, each with all that can be said of its end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from demo import samples
from tests.cli.commands import scanner
from tests.journeys.faults import End, Story
from tests.journeys.world import QUARANTINE, World

PATH = "/Shared/Projects/eicar.com"
PLANS: dict[Story, list[str]] = {
    "quarantine": ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone"],
    "revert": ["revert", "comment"],
    "delete": ["delete", "tombstone"],
    "walk": ["quarantine"],
    "undo": ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone"],
    "undelete": ["delete", "tombstone"],
    "forecast": ["quarantine"],
}
RUNS = 9
"""So often a run, or a command, is given again at most."""


def begin(world: World, story: Story) -> str:
    """All that is before the fault; gives the bad file's group id."""
    world.sections["policy"] = {"infected": PLANS[story]}
    if story == "revert":
        world.upload(PATH, b"good")
        asyncio.run(world.all_of())
    if story == "walk":
        world.upload("/Shared/Ignored/seen.txt", b"seen")
        world.sections["domain"] = {"ignore": ["/Shared/Ignored"]}
        asyncio.run(world.all_of())
    group = str(world.upload(PATH, samples.eicar())["group_id"])
    if story in ("quarantine", "undo"):
        world.act("add_link", path=PATH, accessibility="anyone")
    if story == "walk":
        for content in (b"one", b"two"):
            world.upload("/Shared/Ignored/seen.txt", content)
        world.control("POST", "events/prune", json={"keep": 1})
    if story in ("undo", "undelete", "forecast"):
        settled(world)
    return group


def settled(world: World) -> None:
    """All work is done, and reading what it caused brings no more."""
    asyncio.run(world.all_of(RUNS))
    assert asyncio.run(world.once()).unfinished == []


def finish(world: World, story: Story) -> list[int]:
    """The rest of the story, as often as it takes. Gives the exit codes of its command, where it is one's."""
    codes: list[int] = []
    if story in ("undo", "undelete", "forecast"):
        while not codes or codes[-1] == 3:
            assert len(codes) < RUNS, "the command never ends well"
            codes.append(_command(world, story))
    settled(world)
    return codes


def _command(world: World, story: Story) -> int:
    if story == "forecast":
        return scanner(world, "backfill", "/Shared/Projects", "--yes").exit_code
    ((reasons,),) = world.rows("SELECT reasons FROM verdicts")
    order = ("--since", "1d", "--signature", json.loads(reasons)[0], "--reason", "a bad update", "--by", "jdoe")
    return scanner(world, "remediation", "undo", *order).exit_code


def end_of(world: World, group: str) -> End:
    """What is there now."""
    state, places = world.state(), world.places()
    files = [file for file in state["files"] if not file["path"].startswith("/Shared/Ignored")]
    place = places.get(group)
    return End(
        kinds=sorted(kind for (kind,) in world.rows("SELECT kind FROM verdicts")),
        done=[kind for kind, state in world.steps() if state in ("success", "already_done")],
        place=None if place is None else "quarantine" if place.startswith(QUARANTINE) else "home",
        notes=len(state["notes"]),
        links=len(state["links"]),
        texts=sum(path.endswith(".removed.txt") for path in places.values()),
        locks=sum(file["locked"] for file in files),
        tags=len(state["properties"]["values"]),
        moves=len(_moves(world, group)),
        trash=len(state["trash"]),
        versions=sorted(len(file["versions"]) for file in files),
    )


def as_told(world: World, group: str) -> End:
    """What is there, with all that the ledger calls done set to how it must be then: equal to `end_of` where that is
    true. Of what is called failed nothing is said: an act may have been done though its proof was refused."""
    seen, done = end_of(world, group), {kind for kind, state in world.steps() if state in ("success", "already_done")}
    claims: dict[str, dict[str, Any]] = {
        "delete": {"place": None, "trash": 1},
        "quarantine": {"place": "quarantine", "moves": 1},
        "revert": {"place": "home", "trash": 1},
        "comment": {"notes": 1},
        "revoke_links": {"links": 0},
        "tombstone": {"texts": 1},
        "lock": {"locks": 1},
        "tag": {"tags": 1},
    }
    if _without_folder(world):
        done.discard("tombstone")
    for kind in done:
        seen = replace(seen, **claims[kind])
    return replace(seen, notes=min(seen.notes, 1), moves=min(seen.moves, 1), texts=min(seen.texts, 1))


def _without_folder(world: World) -> bool:
    """A text needs no place where Egnyte says that the folder is gone."""
    texts = world.rows("SELECT detail FROM steps WHERE kind = 'tombstone'")
    return any("is no longer there" in (detail or "") for (detail,) in texts)


def _moves(world: World, group: str) -> list[str]:
    """Moves of the file as the domain's own events tell them."""
    events = world.emulator.call(lambda: list(world.emulator.domain.events))
    moves = [event.data for event in events if event.action in ("move", "rename")]
    return [str(data["target_path"]) for data in moves if data.get("target_group_id") == group]
