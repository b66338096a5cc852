"""Rules that ask the platform and look inside, over real HTTP with a real clamd, yara-x and sandbox."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import yaml

from demo import samples
from tests.cli.commands import scanner
from tests.journeys.world import World
from tests.rulebook import rule

FOLDER = "/Shared/Projects"
SECRET = b"the secret plan\n"


def rules(world: World, yara: str = "", **matches: dict[str, Any]) -> None:
    """Stable rules of these names, with nothing but a finding as their consequence."""
    folder = Path(world.folder) / "rules" / "family"
    folder.mkdir(parents=True)
    for name, match in matches.items():
        written = rule({"name": "x"}, id=name).model_dump(mode="json", by_alias=True, exclude_none=True)
        written |= {"match": match, "examples": {"hit": [{"name": "a"}], "miss": [{"name": "b"}]}}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(written))
    if yara:
        (folder / "found.yar").write_text(yara)
    world.sections["rules"] = {"paths": [str(folder.parent)]}


async def test_a_secret_is_flagged_only_where_a_public_link_leads_to_it(world: World) -> None:
    rules(world, exposed={"text": "secret", "public_link": True})
    for name, content in (("open.txt", SECRET), ("kept.txt", SECRET), ("notes.txt", b"nothing\n")):
        world.upload(f"{FOLDER}/{name}", content)
    world.act("add_link", path=f"{FOLDER}/open.txt", accessibility="anyone")
    world.act("add_link", path=f"{FOLDER}/kept.txt", accessibility="domain")
    world.act("add_link", path=f"{FOLDER}/notes.txt", accessibility="anyone")

    assert (await world.once()).unfinished == []

    expected = {"open.txt": "flagged exposed", "kept.txt": "clean", "notes.txt": "clean"}
    assert await world.reasons() == {f"{FOLDER}/{name}": reason for name, reason in expected.items()}
    assert world.calls("GET .*/links") == [200, 200]


async def test_who_brought_it_by_what_and_whether_it_was_there_before_can_be_asked(world: World) -> None:
    who = {"uploader": "pno*", "user_type": "power", "source": "webui", "event": "create"}
    rules(
        world,
        first={**who, "first_version": True},
        later={**who, "version_number": "> 1"},
        other={"uploader": "jdoe", "not": {"user_type": ["standard", "admin"]}},
    )
    world.upload(f"{FOLDER}/a.txt", b"one\n")
    assert (await world.once()).unfinished == []
    world.upload(f"{FOLDER}/a.txt", b"two\n")
    world.upload(f"{FOLDER}/b.txt", b"three\n", actor="jdoe")
    assert (await world.once()).unfinished == []

    told = [(row.path, *row.reasons) for row in await world.verdicts()]
    assert sorted(told) == [(f"{FOLDER}/a.txt", "first"), (f"{FOLDER}/a.txt", "later"), (f"{FOLDER}/b.txt", "other")]


async def test_a_right_that_is_missing_leaves_what_depends_on_it_unchecked(world: World) -> None:
    rules(world, exposed={"text": "secret", "public_link": True})
    world.upload(f"{FOLDER}/a.txt", SECRET)
    world.upload(f"{FOLDER}/b.txt", b"nothing\n")
    world.fault(method="GET", route="/links", status=403)

    await world.once()

    assert [row.path for row in await world.verdicts() if row.kind == "clean"] == [f"{FOLDER}/b.txt"]
    assert "flagged" not in (await world.kinds()).values()


async def test_members_and_yara_rules_are_looked_at_in_the_service(world: World) -> None:
    rules(
        world,
        yara='rule beacon : c2 { strings: $a = "beacon" condition: $a }',
        inside={"extension": "zip", "member": {"extension": "txt", "yara_tag": "c2"}},
        document={"extension": "docx", "text": {"regex": "secret", "in": "text"}},
    )
    world.upload(f"{FOLDER}/a.zip", samples.zip_of({"b.txt": b"a beacon", "c.txt": b"nothing"}))
    world.upload(f"{FOLDER}/b.zip", samples.zip_of({"c.txt": b"nothing"}))
    world.upload(f"{FOLDER}/c.docx", samples.docx("a secret"))

    assert (await world.once()).unfinished == []

    expected = {"a.zip": "flagged inside", "b.zip": "clean", "c.docx": "flagged document"}
    assert await world.reasons() == {f"{FOLDER}/{name}": reason for name, reason in expected.items()}


async def test_a_detected_number_stands_masked_in_the_explanation_and_whole_nowhere(world: World) -> None:
    rules(world, cards={"text": {"detector": "payment-card", "at_least": 2}})
    whole = ("4111 1111 1111 1111", "5500 0000 0000 0004")
    world.upload(f"{FOLDER}/cards.txt", "\n".join(whole).encode())
    assert (await world.once()).unfinished == []

    told = await asyncio.to_thread(scanner, world, "verdicts", "explain", f"{FOLDER}/cards.txt")

    assert "cards (high) at byte 0, " in told.stdout
    written = [
        told.stdout,
        world.log(),
        *(path.read_bytes().decode("latin-1") for path in world.folder.glob("ledger*")),
    ]
    for text in written:
        assert not any(number in text or number.replace(" ", "") in text for number in whole)
