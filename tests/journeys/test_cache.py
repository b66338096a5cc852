"""What engines have looked at is not downloaded again, and decides as if it had been."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
import yaml

from demo.samples import eicar
from scanner.inspection import clamd as clamd_module
from tests.inspection.fake_clamd import fake_clamd
from tests.journeys.world import QUARANTINE, World
from tests.plain_http import call
from tests.rulebook import rule

FOLDER = "/Shared/Projects"
CLEAN = b"minutes of a meeting, nothing to see\n" * 40
DOWNLOADS = "^GET /pubapi/v1/fs-content/"
RESTING = "SELECT count(*) FROM verdicts WHERE reused IS NOT NULL"
DOUBTS = "SELECT kind, domain FROM cache_doubts WHERE settled_at IS NULL"


class Never(random.SystemRandom):
    """By which nothing is chosen for an audit."""

    def random(self) -> float:
        return 0.999999


@pytest.fixture(autouse=True)
def _unaudited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One in a hundred would be, and a test would fail that often."""
    monkeypatch.setattr("scanner.pipeline.verdict_cache.SystemRandom", Never)


def audited(world: World) -> None:
    world.sections["cache"] = {"audit_share": 1}


def ruled(world: World, name: str, match: dict[str, Any]) -> None:
    """This rule beside those there are, from the next run on."""
    folder = world.folder / "rules"
    folder.mkdir(exist_ok=True)
    written = rule({"name": "x"}, id=name).model_dump(mode="json", by_alias=True, exclude_none=True)
    written |= {"match": match, "examples": {"hit": [{"name": "a"}], "miss": [{"name": "b"}]}}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(written))
    world.sections["rules"] = {"paths": [str(folder)]}


def arrives_listed_as(world: World, content: bytes, **lies: Any) -> str:
    """A folder with one file arrives, and its listing does not tell the truth of it. Gives the path."""
    world.sections["domain"] = {"ignore": ["/Shared/Ignored"]}
    world.upload("/Shared/Ignored/owl/b.com", content)
    world.act("copy", path="/Shared/Ignored/owl", destination=f"{FOLDER}/owl")
    url = f"{world.emulator.base_url}/pubapi/v1/fs{FOLDER}/owl?list_content=true"
    told = call("GET", url, headers={"Authorization": f"Bearer {world.token}"}).json()
    told["files"][0] |= lies
    world.fault(method="GET", route=f"/fs{FOLDER}/owl\\?", status=200, body=told)
    return f"{FOLDER}/owl/b.com"


async def known(world: World, path: str = f"{FOLDER}/a.txt", content: bytes = CLEAN) -> None:
    """A content that engines have looked at."""
    world.upload(path, content)
    await world.once()
    assert world.rows("SELECT count(*) FROM cache") == [(1,)]


async def run_and_count(world: World) -> tuple[int, int]:
    """Downloads begun, and verdicts that rest on another's look, after one more run."""
    begun = len(world.calls(DOWNLOADS))
    assert (await world.all_of()).unfinished == []
    return len(world.calls(DOWNLOADS)) - begun, int(world.rows(RESTING)[0][0])


async def test_a_copied_folder_costs_its_listing_and_no_download(world: World) -> None:
    for number in range(3):
        world.upload(f"{FOLDER}/kite/{number}.txt", CLEAN + str(number).encode())
    await world.once()
    world.act("copy", path=f"{FOLDER}/kite", destination=f"{FOLDER}/owl")
    assert await run_and_count(world) == (0, 3)
    kinds = await world.kinds()
    assert [kinds[f"{FOLDER}/owl/{number}.txt"] for number in range(3)] == ["clean"] * 3


async def test_many_copies_cost_one_listing_between_them(world: World) -> None:
    await known(world)
    for number in range(12):
        world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/{number}.txt")
    listed = len(world.calls("list_content=true"))
    assert await run_and_count(world) == (0, 12)
    assert len(world.calls("list_content=true")) - listed == 1


async def test_malware_by_another_name_is_quarantined_without_being_read(world: World) -> None:
    await known(world, f"{FOLDER}/bad.com", eicar())
    again = str(world.upload(f"{FOLDER}/holiday.scr", eicar())["group_id"])
    assert await run_and_count(world) == (1, 1)
    assert world.places()[again].startswith(QUARANTINE)
    assert (await world.reasons())[f"{FOLDER}/holiday.scr"].startswith("infected")
    # Opened for its checksum: no engine saw it.
    assert world.rows("SELECT count(*) FROM cache") == [(1,)]


async def test_other_signatures_look_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd_module, "UP_FOR", 0.0)
    with fake_clamd(version=b"ClamAV 1.4.6/1/Tue Nov 18 09:26:22 2025\n") as fake:
        world.clamd = fake.address
        await known(world)
        fake.version = b"ClamAV 1.4.6/2/Wed Nov 19 09:26:22 2025\n"
        world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
        assert await run_and_count(world) == (1, 0)
        world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/c.txt")
        assert await run_and_count(world) == (1, 1)


async def test_other_settings_of_the_engines_look_again(world: World) -> None:
    await known(world)
    world.sections["unpack"] = {"max_depth": 3}
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
    assert await run_and_count(world) == (1, 0)


async def test_a_new_rule_about_what_is_known_decides_without_a_look(world: World) -> None:
    ruled(world, "none-yet", {"name": "nothing-is-called-so"})
    await known(world)
    ruled(world, "papers", {"folder": f"{FOLDER}/owl", "mime": "text/*"})
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
    world.upload(f"{FOLDER}/owl/a.txt", CLEAN)
    assert (await run_and_count(world))[1] == 2
    reasons = await world.reasons()
    assert (reasons[f"{FOLDER}/b.txt"], reasons[f"{FOLDER}/owl/a.txt"]) == ("clean", "flagged papers")


async def test_a_new_rule_about_what_nobody_asked_has_the_content_looked_at(world: World) -> None:
    ruled(world, "none-yet", {"name": "nothing-is-called-so"})
    await known(world)
    ruled(world, "minutes", {"text": "minutes of a meeting"})
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
    assert await run_and_count(world) == (1, 0)
    assert (await world.reasons())[f"{FOLDER}/b.txt"] == "flagged minutes"


async def test_what_is_chosen_is_looked_at_all_the_same_and_agrees(world: World) -> None:
    await known(world)
    audited(world)
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
    assert await run_and_count(world) == (1, 0)
    assert world.rows(DOUBTS) == []


async def test_a_look_that_another_contradicts_is_believed_no_more_nor_what_rested_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clamd_module, "UP_FOR", 0.0)
    with fake_clamd(version=b"ClamAV 1.4.6/1/Tue Nov 18 09:26:22 2025\n") as fake:
        world.clamd = fake.address
        await known(world)
        world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
        assert await run_and_count(world) == (1, 1)
        # As after a change of clamd.conf, of which its version tells nothing.
        fake.reply = b"stream: Win.Test.Late-1 FOUND\0"
        audited(world)
        world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/c.txt")
        await world.all_of()
        await world.all_of()
    assert world.rows(DOUBTS) == [("verdict", "acme")]
    # What engines looked at themselves is not judged anew: that is what new signatures are for.
    assert await world.kinds() == {
        f"{FOLDER}/a.txt": "clean",
        f"{FOLDER}/b.txt": "infected",
        f"{FOLDER}/c.txt": "infected",
    }


async def test_a_listing_that_lies_is_found_out_by_the_audit(world: World) -> None:
    await known(world)
    path = arrives_listed_as(world, eicar(), checksum=hashlib.sha512(CLEAN).hexdigest(), size=len(CLEAN))
    audited(world)
    await world.all_of()
    assert (await world.kinds())[path] == "infected"
    assert world.rows(DOUBTS) == [("content", "acme")]


async def test_after_a_lie_nothing_that_the_domain_tells_is_believed(world: World) -> None:
    path = arrives_listed_as(world, eicar(), checksum=hashlib.sha512(b"nobody has seen this").hexdigest())
    await world.all_of()
    assert ((await world.kinds())[path], world.rows(DOUBTS)) == ("infected", [("content", "acme")])
    world.upload(f"{FOLDER}/a.txt", CLEAN)
    await world.once()
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/c.txt")
    assert await run_and_count(world) == (1, 0)


async def test_the_same_checksum_with_another_size_is_not_believed(world: World) -> None:
    await known(world)
    other = world.upload(f"{FOLDER}/b.txt", b"something else")
    world.swap(str(other["group_id"]), eicar(), hashlib.sha512(CLEAN).hexdigest())
    await world.once()
    assert world.rows(RESTING) == [(0,)]
    assert f"{FOLDER}/b.txt" not in {path for path, kind in (await world.kinds()).items() if kind == "clean"}


async def test_switched_off_nothing_is_kept_and_nothing_spared(world: World) -> None:
    world.sections["cache"] = {"enabled": False}
    world.upload(f"{FOLDER}/a.txt", CLEAN)
    await world.once()
    world.act("copy", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/b.txt")
    assert await run_and_count(world) == (1, 0)
    assert world.rows("SELECT count(*) FROM cache") == [(0,)]
