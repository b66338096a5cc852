"""Records all cassettes anew from the emulator: `python -m tests.cassettes.record`. Look at `git diff` afterwards."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import httpx
import yaml

from emulator.server import start
from scanner.cloud.client import EgnyteClient
from scanner.cloud.properties_wire import namespace_body
from tests.cassettes.recorder import outcome, recorder
from tests.cassettes.situations import FOLDER, RESULTS, TOKEN, Seed, Take
from tests.cassettes.table import BINNED, LOCKED, PLAN, SEEDED, SITES, TAKEN, takes
from tests.cloud.egnyte import Egnyte, Seen, settings_for

MOMENT = "2026-03-04T09:15:22.000Z"


def seed(egnyte: Egnyte) -> Seed:
    """The same ids and times at each recording."""
    egnyte.control("POST", "clock", json={"set": MOMENT, "freeze": True})
    user = egnyte.control("POST", "users", json={"username": "pnovak", "user_type": "power"})["id"]
    cursor = asyncio.run(_latest(egnyte))
    plan = egnyte.put(PLAN, b"first")
    second = egnyte.put(PLAN, b"second")
    egnyte.put(TAKEN)
    locked = egnyte.put(LOCKED)
    token = egnyte.act("lock", path=LOCKED)["lock_token"]
    binned = egnyte.put(BINNED)["group_id"]
    api = httpx.Client(base_url=f"{egnyte.emulator.base_url}/pubapi/v1", headers={"Authorization": f"Bearer {TOKEN}"})
    with api:
        shared = {"path": PLAN, "type": "file", "accessibility": "anyone"}
        link = api.post("/links", json=shared).raise_for_status().json()["links"][0]["id"]
        api.post("/notes", json={"path": PLAN, "body": "reviewed"}).raise_for_status()
        api.delete(f"/fs/ids/file/{binned}").raise_for_status()
        item = api.get("/fs/trash").raise_for_status().json()["items"][0]["id"]
        api.post("/properties/namespace", json=namespace_body(SEEDED)).raise_for_status()
        values = f"/fs/ids/file/{second['entry_id']}/properties/{SEEDED.name}"
        api.put(values, json={"verdict": "infected", "entry": "2"}).raise_for_status()
    folder = egnyte.emulator.call(lambda: egnyte.emulator.domain.tree.find("/Shared/Kite").folder_id)
    ids = {"group": plan["group_id"], "entry": second["entry_id"], "locked": locked["group_id"], "link": link}
    return {"user": user, "cursor": cursor, **ids, "folder": folder, "token": token, "binned": item}


async def _latest(egnyte: Egnyte) -> int:
    client = EgnyteClient(settings_for(egnyte.emulator.base_url, egnyte.token_file))
    latest = (await client.feed_range()).latest
    await client.close()
    return latest


def record(take: Take, folder: Path) -> tuple[Seed, str]:
    """What the cassette begins with, and what its call came to."""
    emulator = start(token=TOKEN)
    token_file = folder / "token"
    token_file.write_text(TOKEN)
    try:
        egnyte = Egnyte(emulator, EgnyteClient(settings_for(emulator.base_url, token_file)), Seen(), token_file)
        begun = seed(egnyte)
        take.situation.prepare(egnyte)
        return begun, asyncio.run(_recorded(take, begun, emulator.base_url, token_file))
    finally:
        emulator.stop()


async def _recorded(take: Take, begun: Seed, url: str, token_file: Path) -> str:
    client = EgnyteClient(settings_for(url, token_file))
    with recorder("all").use_cassette(str(take.path)):
        error, result = await outcome(take.ask(client, begun))
    await client.close()
    if error != take.situation.error:
        raise SystemExit(f"{take.label}: {take.situation.error or 'a success'} was expected, and it was {result}")
    return result


def main() -> None:
    for site in SITES:
        shutil.rmtree(FOLDER / site.name, ignore_errors=True)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for take in takes():
            begun, results[take.label] = record(take, Path(folder))
    RESULTS.write_text(yaml.safe_dump({"seed": begun, "results": results}, allow_unicode=True, width=1_000_000))
    print(f"{len(results)} cassettes recorded")


if __name__ == "__main__":
    main()
