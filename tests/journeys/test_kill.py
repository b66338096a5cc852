"""kill -9 at random moments of a long history: nothing is lost, nothing is done twice."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from demo.samples import eicar, zip_of
from tests.journeys.world import QUARANTINE, World, new_world, stop, wait_until

FILES = 300
KILLS = 40
SEED = 4


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_forty_kills_in_a_history_of_three_hundred_files_lose_nothing_and_do_nothing_twice(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    remediation = {"max_per_hour": 1_000, "max_per_rule_per_hour": 1_000}
    remediation |= {"max_per_signature_per_hour": 1_000, "max_share_percent": 100}
    with new_world(tmp_path, clamd.address, remediation=remediation) as world:
        chance = random.Random(SEED)
        bad = {f"/Shared/Projects/{number}.bin" for number in chance.sample(range(FILES), 60)}
        history = threading.Thread(target=_live, args=(world, bad))
        history.start()
        for _ in range(KILLS):
            service = world.spawn()
            time.sleep(chance.uniform(0.7, 2.0))
            stop(service, signal.SIGKILL)
        history.join()
        starts = world.log().count("service.started")
        service = world.spawn()
        try:
            wait_until(lambda: world.log().count("service.started") > starts, "the service to start")
            wait_until(lambda: _open_work(world) == 0 and len(_verdicts(world)) == FILES, "all to be judged", 90)
        finally:
            code = stop(service)
        assert code == 0

        verdicts = _verdicts(world)
        assert Counter(verdicts.values()) == {"clean": FILES - len(bad), "infected": len(bad)}
        _assert_each_quarantined_once(world, bad)


def _live(world: World, bad: set[str]) -> None:
    """Three hundred uploads, spread over most of the kills."""
    for number in range(FILES):
        path = f"/Shared/Projects/{number}.bin"
        content = zip_of({"a.com": eicar(), "n.txt": str(number).encode()}) if path in bad else f"{number}\n".encode()
        world.upload(path, content)
        time.sleep(0.12)


def _assert_each_quarantined_once(world: World, bad: set[str]) -> None:
    state = world.state()
    quarantined = [file for file in state["files"] if file["path"].startswith(f"{QUARANTINE}/")]
    assert len(quarantined) == len(bad)
    notes = Counter(note["path"] for note in state["notes"])
    assert notes == Counter(file["path"] for file in quarantined)
    moves = Counter(_moves(world))
    assert set(moves.values()) == {1}
    assert len(moves) == len(bad)


def _moves(world: World) -> list[str]:
    """Group ids of the successful moves into quarantine, as the domain's own events tell."""
    events = world.emulator.call(lambda: list(world.emulator.domain.events))
    return [
        event.data["target_group_id"]
        for event in events
        if event.action in ("move", "rename") and str(event.data.get("target_path", "")).startswith(QUARANTINE)
    ]


def _open_work(world: World) -> int:
    return int(_ask(world, "SELECT count(*) FROM work WHERE state NOT IN ('done', 'parked')")[0][0])


def _verdicts(world: World) -> dict[str, str]:
    """The verdict that counts, by entry id; fails where a version has several rows of work."""
    query = "SELECT w.entry_id, v.kind FROM work w JOIN verdicts v ON v.id = w.verdict_id WHERE w.state = 'done'"
    return dict(_ask(world, query))


def _ask(world: World, query: str) -> list[tuple[str, str]]:
    path = world.folder / "ledger.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()
