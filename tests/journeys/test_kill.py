"""kill -9 at random moments of a long history: nothing is lost, nothing is done twice."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from demo.samples import eicar, zip_of
from scanner.settings import LedgerSettings
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, World, new_world, stop, wait_until

FILES = 300
KILLS = 40
SEED = 4


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_forty_kills_in_a_history_of_three_hundred_files_lose_nothing_and_do_nothing_twice(
    tmp_path: Path, clamd: PrivateClamd, place: LedgerSettings
) -> None:
    remediation = {"max_per_hour": 1_000, "max_per_rule_per_hour": 1_000}
    remediation |= {"max_per_signature_per_hour": 1_000, "max_share_percent": 100}
    # A version that is in hand at five kills is given up as poison, rightly; here all are innocent.
    workers = {"max_attempts": KILLS + 1}
    sections = {"remediation": remediation, "workers": workers, "ledger": {"url": place.url}, "rules": FEW_RULES}
    with new_world(tmp_path, clamd.address, **sections) as world:
        chance = random.Random(SEED)
        bad = {f"/Shared/Projects/{number}.bin" for number in chance.sample(range(FILES), 60)}
        history = threading.Thread(target=_live, args=(world, bad))
        history.start()
        (tmp_path / "scanner.log").touch()
        for _ in range(KILLS):
            service = _started(world)
            time.sleep(chance.uniform(0.0, 0.5))
            stop(service, signal.SIGKILL)
        history.join()
        service = _started(world)
        try:
            _wait_until_all_done(world)
        finally:
            code = stop(service)
        assert code == 0
        assert _begun_anew(world) >= KILLS / 2

        verdicts = _verdicts(world)
        assert Counter(verdicts.values()) == {"clean": FILES - len(bad), "infected": len(bad)}
        _assert_each_quarantined_once(world, bad)


def _started(world: World) -> subprocess.Popen[bytes]:
    """A service at work: one killed while its code is still being read would prove nothing."""
    before = world.log().count("service.started")
    service = world.spawn()
    wait_until(lambda: world.log().count("service.started") > before, "the service to start", 60)
    return service


def _wait_until_all_done(world: World) -> None:
    deadline = time.monotonic() + 120
    while (states := _states(world)) != {"done": FILES}:
        assert time.monotonic() < deadline, f"waited in vain for all to be judged: {states}"
        time.sleep(0.1)


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


def _states(world: World) -> dict[str, int]:
    return {state: int(count) for state, count in world.rows("SELECT state, count(*) FROM work GROUP BY state")}


def _begun_anew(world: World) -> int:
    """How often a version was begun that a killed service had in hand."""
    return int(world.rows("SELECT sum(starts - 1) FROM work")[0][0])


def _verdicts(world: World) -> dict[str, str]:
    """The verdict that counts, by entry id; fails where a version has several rows of work."""
    query = "SELECT w.entry_id, v.kind FROM work w JOIN verdicts v ON v.id = w.verdict_id WHERE w.state = 'done'"
    return dict(world.rows(query))
