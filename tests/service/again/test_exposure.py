"""What public links lead to is found out by listing them, whatever number of files there is."""

from __future__ import annotations

from scanner.ledger.work.exposed import Reach
from scanner.service.again.exposure import MOST_PAGES, reach_of
from scanner.service.assembly import assembled
from tests.journeys.world import World
from tests.plain_http import call

FOLDER = "/Shared/Projects"


def share(world: World, path: str, **terms: str) -> None:
    body = {"path": path, "type": "file", "accessibility": "anyone", **terms}
    api = f"{world.emulator.base_url}/pubapi/v1/links"
    call("POST", api, json=body, headers={"Authorization": f"Bearer {world.token}"}).raise_for_status()


async def reach(world: World) -> tuple[Reach, int]:
    before = len(world.calls("/v2/links"))
    async with assembled(world.settings()) as parts:
        found = await reach_of(parts.stations.domains["acme"].cloud, "acme")
    return found, len(world.calls("/v2/links")) - before


async def test_links_that_anybody_can_open_count_and_no_others(world: World) -> None:
    groups = {name: str(world.upload(f"{FOLDER}/{name}.txt", name.encode())["group_id"]) for name in ("a", "b", "c")}
    world.act("add_folder", path=f"{FOLDER}/open")
    world.act("add_folder", path=f"{FOLDER}/inbox")
    share(world, f"{FOLDER}/a.txt")
    share(world, f"{FOLDER}/b.txt", accessibility="domain")
    share(world, f"{FOLDER}/open", type="folder")
    share(world, f"{FOLDER}/inbox", type="upload")
    assert await reach(world) == (Reach(frozenset({groups["a"]}), (f"{FOLDER}/open",)), 2)


async def test_where_links_may_not_be_listed_nothing_is_known_to_be_exposed(world: World) -> None:
    world.fault(route="/v2/links", status=403, body={"errorMessage": "scope"})
    assert (await reach(world))[0] == Reach()


async def test_a_listing_without_an_end_is_left_at_some_point(world: World) -> None:
    links = [{"id": "x", "resource_id": "g1", "type": "file", "accessibility": "anyone"}] * 500
    world.fault(route="/v2/links", status=200, body={"links": links})
    assert await reach(world) == (Reach(frozenset({"g1"})), MOST_PAGES)
