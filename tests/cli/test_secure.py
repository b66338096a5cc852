"""`scanner quarantine secure`: closes, makes anew, and brings back what was taken out."""

from __future__ import annotations

import asyncio
import json

from demo import samples
from scanner.cloud.wire import ADMINISTRATORS
from tests.cli.commands import scanner
from tests.journeys.world import QUARANTINE, World

PATH = "/Shared/Projects/eicar.com"


def parked(world: World) -> str:
    """A bad file in quarantine; its group id."""
    group = world.upload(PATH, samples.eicar())["group_id"]
    asyncio.run(world.all_of())
    assert world.places()[group].startswith(QUARANTINE)
    return str(group)


def secured(world: World, *options: str) -> tuple[int, list[dict[str, str]]]:
    result = scanner(world, "quarantine", "secure", "--json", *options)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_an_opened_folder_is_closed_again(world: World) -> None:
    parked(world)
    world.act("set_permissions", actor="svc-scanner", path=QUARANTINE, users={"pnovak": "Viewer"})
    assert secured(world) == (0, [{"domain": "acme", "path": QUARANTINE, "result": "closed"}])
    folder = world.emulator.domain.tree.find(QUARANTINE)
    assert folder is not None
    kept = world.emulator.domain.permissions.of(folder.folder_id)  # type: ignore[union-attr]
    assert {who for who, level in {**kept.users, **kept.groups}.items() if level != "None"} <= {
        "svc-scanner",
        ADMINISTRATORS,
    }


def test_a_renamed_folder_is_made_anew_and_its_files_come_back(world: World) -> None:
    group = parked(world)
    world.act("move", actor="svc-scanner", path=QUARANTINE, destination="/Shared/Old stuff")
    place = world.places()[group]
    code, lines = secured(world, "--bring-back")
    assert (code, [line["result"] for line in lines]) == (0, ["closed", "brought back"])
    assert (lines[1]["path"], world.places()[group].startswith(QUARANTINE)) == (place, True)
    assert secured(world, "--bring-back")[1] == [{"domain": "acme", "path": QUARANTINE, "result": "closed"}]
    asyncio.run(world.all_of())


def test_without_a_word_files_are_left_where_they_are(world: World) -> None:
    group = parked(world)
    world.act("move", actor="svc-scanner", group_id=group, destination=PATH)
    assert secured(world)[0] == 0
    assert world.places()[group] == PATH


def test_what_is_still_wrong_is_told(world: World) -> None:
    parked(world)
    world.fault(route="/v2/perms", method="POST", status=403, body={"errorMessage": "scope"})
    code, (line,) = secured(world)
    assert (code, line["result"].startswith(f"{QUARANTINE} could not be closed: ")) == (3, True)


def test_another_domain_is_left_alone(world: World) -> None:
    parked(world)
    token = str(world.folder / "token")
    bolt = {"name": "bolt", "base_url": world.emulator.base_url.replace("127.0.0.1", "localhost"), "token_file": token}
    world.sections["domains"] = [{"name": "acme", "host": "acme.egnyte.com", "token_file": token}, bolt]
    code, (line,) = secured(world, "--domain", "bolt")
    assert (code, line["domain"], line["result"]) == (0, "bolt", "closed")
