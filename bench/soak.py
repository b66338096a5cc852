"""The soak: thousands of versions, a service that is killed again and again, and all else that goes wrong meanwhile.

In the end the faults stop, the service may finish, and what the domain holds is put beside what the ledger says.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from bench.soak_account import Account, defects
from bench.soak_people import QUARANTINE, People
from bench.soak_stage import FIRST_TOKEN, Stage
from bench.soak_troubles import troubles
from demo.clamd import PrivateClamd
from demo.postgres import PrivatePostgres, private_postgres
from emulator.server import start

VERSIONS, KILLS, SEED = 20_000, 50, 4
REPLICAS = 2
"""On PostgreSQL."""
RATE = 20.0
"""Versions a second that people make, at most."""
STRIDE = 100
BACKLOG = 300
"""With more versions open people rest for up to five seconds: what they touch shall be what is scanned just then."""
PATIENCE = 1_800.0
"""Seconds in which the service must have finished once the faults have stopped."""
GROWTH_MIB = 24
OPEN = {
    "events": "SELECT coalesce((SELECT min(cursor) FROM feeds), 0) < {last}",
    "versions": "SELECT count(*) FROM work WHERE state NOT IN ('done', 'parked')",
    "steps": "SELECT count(*) FROM steps WHERE state IN ('planned', 'intended')",
    "walks": "SELECT count(*) FROM walks WHERE finished_at IS NULL",
    "gaps": "SELECT count(*) FROM gaps WHERE closed_at IS NULL",
}
"""What is still to be done."""


def run_on_server(folder: Path, versions: int = VERSIONS, kills: int = KILLS, seed: int = SEED) -> dict[str, Any]:
    """The same with the ledger on PostgreSQL and two replicas, which are killed in turn."""
    with private_postgres() as server:
        return run(folder, versions, kills, seed, server)


def run(
    folder: Path,
    versions: int = VERSIONS,
    kills: int = KILLS,
    seed: int = SEED,
    server: PrivatePostgres | None = None,
) -> dict[str, Any]:
    """Work in `folder`, whose path is short: clamd's socket lies in it."""
    emulator = start(token=FIRST_TOKEN)
    try:
        with PrivateClamd(folder / "clamd") as clamd:
            stage = Stage(folder, emulator, clamd, server, replicas=1 if server is None else REPLICAS)
            people = People(emulator, random.Random(seed))
            with stage.running():
                began = time.monotonic()
                _live(stage, people, versions, kills, seed)
                lived = time.monotonic() - began
                left = _finish(stage, people)
                whole = time.monotonic() - began
            times = {"seconds": round(whole), "seconds_with_faults": round(lived)}
            return {**_heading(seed, people, stage), **times, **_result(stage, people, left)}
    finally:
        emulator.stop()


def _live(stage: Stage, people: People, versions: int, kills: int, seed: int) -> None:
    """Until there are so many versions; each trouble when there are as many as it waits for."""
    waiting, began = troubles(seed, versions, kills), time.monotonic()
    while (number := len(people.versions)) < versions:
        while waiting and waiting[0].at <= number:
            stage.happen(waiting.pop(0))
        stage.keep_alive()
        people.act()
        if number // STRIDE < len(people.versions) // STRIDE:
            print(f"soak: {len(people.versions)} versions, {stage.troubles['kill']} kills", file=sys.stderr)
            _rest(stage, people)
        time.sleep(max(0.0, len(people.versions) / RATE - (time.monotonic() - began)))


def _rest(stage: Stage, people: People) -> None:
    """No longer than five seconds: a clamd that is frozen is mended only after some more versions."""
    until = time.monotonic() + 5
    while time.monotonic() < until and len(people.versions) - stage.ended() > BACKLOG:
        stage.keep_alive()
        time.sleep(0.2)


def _finish(stage: Stage, people: People) -> dict[str, int]:
    """Without faults; what was given up is ordered again. What is open when patience is at its end; empty: nothing."""
    stage.mend()
    left = _wait(stage, people)
    if not left and stage.ask("SELECT count(*) FROM work WHERE state = 'parked'") != [(0,)]:
        ordered = json.loads(stage.command("retry", "--all", "--json").stdout)
        stage.troubles["ordered again"] = ordered["versions"]
        left = _wait(stage, people)
    return left


def _wait(stage: Stage, people: People) -> dict[str, int]:
    deadline = time.monotonic() + PATIENCE
    while (left := _left(stage, people)) and time.monotonic() < deadline:
        stage.keep_alive()
        time.sleep(0.5)
    return left


def _left(stage: Stage, people: People) -> dict[str, int]:
    last = stage.emulator.call(lambda: stage.emulator.domain.events.last_id)
    counts = {what: int(stage.ask(query.format(last=last))[0][0]) for what, query in OPEN.items()}
    counts["unseen"] = len(people.versions.keys() - {entry for (entry,) in stage.ask("SELECT entry_id FROM work")})
    return {what: count for what, count in counts.items() if count}


def _heading(seed: int, people: People, stage: Stage) -> dict[str, Any]:
    return {
        "what": "people's versions under random faults and kill -9 of the service; in the end, domain against ledger",
        "ledger": "SQLite" if stage.server is None else f"PostgreSQL, {stage.replicas} replicas",
        "seed": seed,
        "versions": len(people.versions),
        "bad_versions": sum(people.versions.values()),
        "acts_of_people": people.acts,
        "troubles": dict(sorted(stage.troubles.items())),
    }


def _result(stage: Stage, people: People, left: dict[str, int]) -> dict[str, Any]:
    account = _account(stage, people)
    coverage, audit = stage.command("coverage", "--json"), stage.command("audit", "verify")
    found, leaks, orphans, memory = defects(account), stage.leaks(), stage.orphans(), _memory(stage.memory)
    holds = {
        "everything is finished": not left,
        "the ledger says of each version what is true of it": not found,
        "coverage is complete": coverage.returncode == 0,
        "the audit's chain holds": audit.returncode == 0,
        "no token stands in a log or the ledger": not leaks,
        "the service never ended by itself": not stage.exits,
        "SIGTERM ends it with 0": not any(stage.last_exits),
        "a killed service leaves no process": not orphans,
        f"memory grows by less than {GROWTH_MIB} MiB": all(
            memory[one]["growth_mib"] < GROWTH_MIB for one in ("service", "its_children")
        ),
    }
    return {
        "outcomes": dict(Counter(f"{outcome} {kind}".strip() for _, outcome, kind in account.work)),
        "quarantined": len(account.moves),
        "coverage": json.loads(coverage.stdout)["places"],
        "audit": audit.stdout.strip() or audit.stderr.strip(),
        "memory_of_last_life": memory,
        "left": left,
        "defects": found,
        "leaks": leaks,
        "exits": stage.exits,
        "orphans": orphans,
        "holds": holds,
        "met": all(holds.values()),
    }


def _account(stage: Stage, people: People) -> Account:
    state = httpx.get(f"{stage.emulator.base_url}/_emulator/state", timeout=120).json()
    events = stage.emulator.call(lambda: list(stage.emulator.domain.events))
    work = "SELECT w.entry_id, coalesce(w.outcome, ''), coalesce(v.kind, '') FROM work w"
    return Account(
        versions=people.versions,
        bad_contents=people.bad_contents,
        files=state["files"],
        notes=[note["path"] or "" for note in state["notes"]],
        links=[link["path"] or "" for link in state["links"]],
        moves=[
            event.data["target_group_id"]
            for event in events
            if event.action in ("move", "rename") and str(event.data.get("target_path")).startswith(f"{QUARANTINE}/")
        ],
        work=stage.ask(f"{work} LEFT JOIN verdicts v ON v.id = w.verdict_id"),
        clean=stage.ask("SELECT entry_id, sha512 FROM verdicts WHERE kind = 'clean'"),
        steps=stage.ask("SELECT group_id, kind, state FROM steps"),
    )


def _memory(samples: list[tuple[int, float, float]]) -> dict[str, Any]:
    """Of the longest life, MiB in its second and in its last quarter: the first is for what any scan loads once."""
    ((longest, _),) = Counter(pid for pid, _, _ in samples).most_common(1)
    own, children = zip(*((own, children) for pid, own, children in samples if pid == longest), strict=True)
    return {"samples": len(own), "service": _quarters(own), "its_children": _quarters(children)}


def _quarters(sizes: tuple[float, ...]) -> dict[str, float]:
    quarter = max(1, len(sizes) // 4)
    early, late = statistics.median(sizes[quarter : 2 * quarter] or sizes), statistics.median(sizes[-quarter:])
    figures = {"early_mib": early, "late_mib": late, "peak_mib": max(sizes), "growth_mib": late - early}
    return {name: round(figure, 1) for name, figure in figures.items()}
