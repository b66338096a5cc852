"""`scanner backfill`: a forecast first, then old content behind all else, to be paused at any time."""

from __future__ import annotations

import asyncio

import pytest

from scanner.ledger.calls.spending import Bill
from scanner.ledger.ledger import Ledger
from scanner.ledger.walks import walks
from scanner.service.assembly import utc_now
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

FOLDER = "/Shared/Projects"


def old(world: World) -> None:
    """Two files, of which one has an older version; nobody reads their events."""
    for content in (b"first", b"second"):
        world.upload(f"{FOLDER}/a.txt", content)
    world.upload(f"{FOLDER}/kite/b.txt", b"b")
    world.sections["events"] = {"start": "now"}
    asyncio.run(world.once())


async def spent(world: World, bills: list[Bill]) -> None:
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        await ledger.spending.settle(bills)


def judged(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM work WHERE outcome = 'judged' AND lane = 'backfill'")[0][0])


def test_it_says_what_it_takes_and_begins_only_when_told_to(world: World) -> None:
    old(world)
    result = scanner(world, "backfill", FOLDER)
    said = (
        f"acme {FOLDER}: 2 folders, 2 files of 7B, 2 versions to scan\n"
        "at most 4 calls; at 500000000 a day that is 0.0 days\n"
    )
    refusal = "Not begun. Add --yes to begin without being asked.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, said, refusal)
    assert world.rows("SELECT id FROM walks") == []


def test_old_content_is_scanned_by_the_next_run(world: World) -> None:
    old(world)
    result = scanner(world, "backfill", FOLDER + "/", "--yes", "--json")
    (row,) = lines(result.stdout)
    assert (result.exit_code, row["path"], row["id"], row["forecast"]["calls"]) == (0, FOLDER, 1, 4)
    assert result.stderr == ""
    assert asyncio.run(world.once()).unfinished == []
    assert judged(world) == 2
    (status,) = lines(scanner(world, "backfill", "status", "--json").stdout)
    assert (status["state"], status["files"], status["queued"], status["waiting"]) == ("listed", 2, 2, 0)


def test_older_versions_are_scanned_where_they_are_asked_for(world: World) -> None:
    old(world)
    result = scanner(world, "backfill", FOLDER, "--versions", "--yes", "--json")
    assert lines(result.stdout)[0]["forecast"]["versions"] == 3
    assert asyncio.run(world.once()).unfinished == []
    contents = {version["sha512"] for file in world.state()["files"] for version in file["versions"]}
    assert (judged(world), {sha for (sha,) in world.rows("SELECT sha512 FROM verdicts")}) == (3, contents)


def test_old_content_is_listed_no_faster_than_it_is_scanned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "MOST_BACKFILLED", 1)
    old(world)
    for name in "cdef":
        world.upload(f"{FOLDER}/{name}/{name}.txt", name.encode())
    asyncio.run(world.once())
    world.rows("DELETE FROM work")
    world.rows("DELETE FROM tickets")
    scanner(world, "backfill", FOLDER, "--yes")
    assert asyncio.run(world.once()).unfinished == []
    assert judged(world) == 6


def test_it_stops_when_paused_and_goes_on_when_let_go(world: World) -> None:
    old(world)
    scanner(world, "backfill", FOLDER, "--yes")
    paused = scanner(world, "backfill", "pause")
    assert (paused.exit_code, paused.stdout) == (0, "acme: 1 backfills paused\n")
    asyncio.run(world.once())
    shown = scanner(world, "backfill", "status").stdout
    assert (judged(world), "paused" in shown) == (0, True)
    assert lines(scanner(world, "backfill", "resume", "--json").stdout) == [{"domain": "acme", "resumed": 1}]
    asyncio.run(world.once())
    assert judged(world) == 2


def test_without_a_count_of_the_platform_there_is_no_forecast(world: World) -> None:
    old(world)
    world.fault(route="/stats", status=403)
    result = scanner(world, "backfill", FOLDER, "--yes", "--json")
    assert (result.exit_code, lines(result.stdout)[0]["forecast"]) == (0, None)
    assert result.stderr.startswith("There is no forecast: folder_stats: HTTP 403")


def test_each_token_of_the_domain_counts_as_the_service_was_told(world: World) -> None:
    old(world)
    world.sections["domain"] = {"download_token_files": [str(world.folder / "token"), str(world.folder / "token")]}
    told = [Bill("acme", number, {}, 2, limit, 0) for number, limit in ((1, 10), (2, 3_000))]
    asyncio.run(spent(world, told))
    (row,) = lines(scanner(world, "backfill", FOLDER, "--json").stdout)
    found = row["forecast"]
    assert (found["calls"], found["listings"]) == (4, 2)
    assert (found["listings_a_day"], found["calls_a_day"]) == (500_000_000, 500_000_000 + 1_500 + 500)
    assert not found["limit_known"]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/Elsewhere", "/Elsewhere is in no watched folder, or in an ignored one. See `scanner config show`."),
        ("statsu", "statsu is in no watched folder, or in an ignored one. See `scanner config show`."),
        ("/Shared/Missing", "acme: there is no folder /Shared/Missing"),
    ],
)
def test_a_wrong_use_is_exit_2(world: World, folder: str, said: str) -> None:
    result = scanner(world, "backfill", folder, "--yes")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said + "\n")
