"""An installation that goes on with its ledger on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.settings import LedgerSettings
from tests.cli.commands import scanner
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, new_world, stop, wait_until

FOLDER = "/Shared/Projects"
JUDGED = "SELECT w.path, v.kind FROM verdicts v JOIN work w ON w.domain = v.domain AND w.entry_id = v.entry_id"


@pytest.mark.long
def test_after_a_move_nothing_is_scanned_twice_and_nothing_lost(
    tmp_path: Path, clamd: PrivateClamd, ledger_on_server: LedgerSettings
) -> None:
    with new_world(tmp_path, clamd.address, rules=FEW_RULES) as world:
        world.upload(f"{FOLDER}/first.com", samples.eicar())
        world.upload(f"{FOLDER}/first.txt", b"first")
        assert world.spawn("--once", "--no-self-test").wait(60) == 1
        world.clamd = "tcp:127.0.0.1:1"
        second = world.upload(f"{FOLDER}/second.com", samples.eicar())["group_id"]
        assert world.spawn("--once", "--no-self-test").wait(60) == 3
        assert world.rows("SELECT count(*) FROM work WHERE state = 'waiting'") == [(1,)]
        world.rows("UPDATE work SET due = CURRENT_TIMESTAMP WHERE state = 'waiting'")

        moved = scanner(world, "ledger", "move", "--to", ledger_on_server.url)
        assert (moved.exit_code, "gives 1 open versions a new ticket" in moved.stdout) == (0, True), moved.output

        world.clamd, world.sections["ledger"] = clamd.address, {"url": ledger_on_server.url}
        world.upload(f"{FOLDER}/third.txt", b"third")
        service = world.spawn()
        try:
            wait_until(lambda: world.places()[second].startswith(f"{QUARANTINE}/"), "the move to quarantine")
            wait_until(lambda: len(world.rows(JUDGED)) == 4, "all to be judged")
        finally:
            assert stop(service) == 0
        assert Counter(world.rows(JUDGED)) == Counter(
            {
                (f"{FOLDER}/first.com", "infected"): 1,
                (f"{FOLDER}/first.txt", "clean"): 1,
                (f"{FOLDER}/second.com", "infected"): 1,
                (f"{FOLDER}/third.txt", "clean"): 1,
            }
        )
        assert [scanner(world, *words).exit_code for words in (("audit", "verify"), ("coverage",))] == [0, 0]
        world.check()
