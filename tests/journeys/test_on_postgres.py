"""The main job with a ledger on PostgreSQL: alone, with several replicas, and with replicas that die and hang."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from demo.postgres import PrivatePostgres
from scanner.settings import LedgerSettings
from tests.clamd import StartClamd
from tests.cli.commands import scanner
from tests.collector import collecting, told
from tests.cut_network import way_to
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, World, new_world, stop, wait_until

FOLDER = "/Shared/Projects"
LEASE = 5
CUT_OFF = 13
"""Seconds after which a replica that is cut off from its ledger knows it, at the latest."""
NO_BRAKE = {"max_per_hour": 100_000, "max_per_rule_per_hour": 100_000}
NO_BRAKE |= {"max_per_signature_per_hour": 100_000, "max_share_percent": 100}


@pytest.fixture
def shared(tmp_path: Path, clamd: PrivateClamd, ledger_on_server: LedgerSettings) -> Iterator[World]:
    sections = {"rules": FEW_RULES, "ledger": {"url": ledger_on_server.url}, "remediation": NO_BRAKE}
    with new_world(tmp_path, clamd.address, **sections) as world:
        yield world
        world.check()


async def test_the_main_job_is_done_and_commands_tell_of_it(shared: World) -> None:
    group = shared.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    shared.upload(f"{FOLDER}/notes.txt", b"notes")
    shared.upload(f"{FOLDER}/payslips.zip", samples.encrypted_zip_of("a.csv", b"a;b\n" * 99, b"pw"))
    assert (await shared.once()).unfinished == []
    assert await shared.kinds() == {
        f"{FOLDER}/eicar.com": "infected",
        f"{FOLDER}/notes.txt": "clean",
        f"{FOLDER}/payslips.zip": "unscannable",
    }
    assert shared.places()[group].startswith(f"{QUARANTINE}/")
    shared.upload(f"{FOLDER}/notes.txt", b"newer notes")
    assert (await shared.once()).unfinished == []
    assert len(await shared.verdicts()) == 4


def test_commands_work_beside_replicas(shared: World) -> None:
    group = shared.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    feed, worker = shared.spawn("--role", "feed"), shared.spawn("--role", "worker")
    try:
        wait_until(lambda: shared.places()[group].startswith(f"{QUARANTINE}/"), "the move")
        wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE state = 'done'"), "the end")
        codes = [
            scanner(shared, *command).exit_code
            for command in (
                ("verdicts", "list"),
                ("coverage",),
                ("audit", "verify"),
                ("ledger", "migrate"),
                ("quarantine", "list", "--json"),
            )
        ]
        assert codes == [1, 0, 0, 0, 1]
        (entry,) = shared.rows("SELECT id FROM steps WHERE kind = 'quarantine'")
        order = ("quarantine", "release", str(entry[0]), "--reason", "looked at", "--by", "jdoe")
        released = scanner(shared, *order)
        assert (released.exit_code, shared.places()[group]) == (0, f"{FOLDER}/eicar.com"), released.output
    finally:
        codes = [stop(feed), stop(worker)]
    assert codes == [0, 0]


def test_a_version_leads_to_the_poll_of_the_replica_that_follows_the_feed(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.upload(f"{FOLDER}/notes.txt", b"notes")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        feed, worker = shared.spawn("--role", "feed"), shared.spawn("--role", "worker")
        try:
            wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE state = 'done'"), "the end")
        finally:
            codes = [stop(feed), stop(worker)]
    (version,) = collector.roots()
    poll = collector.linked(version)
    lay = collector.children(poll)[-1]
    assert (told(poll)[1]["queued"], told(lay)[0], collector.linked(lay)) == (1, "queued", version)
    assert codes == [0, 0]


def test_roles_are_for_replicas_that_share_a_ledger(tmp_path: Path, clamd: PrivateClamd) -> None:
    with new_world(tmp_path, clamd.address, rules=FEW_RULES) as world:
        service = world.spawn("--role", "worker")
        assert (service.wait(30), "--role is for replicas on PostgreSQL" in world.log()) == (2, True)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_of_replicas_that_die_and_hang_each_version_gets_one_verdict_and_one_remediation(shared: World) -> None:
    """Three replicas, each of which may follow the feed; one of them is killed or frozen every few seconds."""
    files, bad_ones = 2_000, 200
    shared.sections["workers"] = {"lease": f"{LEASE}s", "concurrency": 4, "max_attempts": 100}
    chance = random.Random(7)
    bad = set(chance.sample(range(files), bad_ones))
    history = threading.Thread(target=_live, args=(shared, files, bad))
    history.start()
    replicas = [shared.spawn() for _ in range(3)]
    try:
        while history.is_alive():
            time.sleep(chance.uniform(4.0, 9.0))
            place = chance.randrange(3)
            if chance.random() < 0.6:
                stop(replicas[place], signal.SIGKILL)
                replicas[place] = shared.spawn()
            else:
                _freeze(replicas[place], chance.uniform(2.0, 2.5 * LEASE))
            _raise(shared, replicas)
        time.sleep(2.5 * LEASE)  # until the last of them is thawed
        _raise(shared, replicas)
        wait_until(lambda: _open_work(shared) == 0 and _done(shared) == files, "all to be judged", 300)
    finally:
        codes = [stop(one) for one in replicas]
    assert set(codes) <= {0, -signal.SIGTERM}  # one was only just starting
    verdicts = dict(
        shared.rows(
            "SELECT w.entry_id, v.kind FROM work w JOIN verdicts v ON v.id = w.verdict_id WHERE w.outcome = 'judged'"
        )
    )
    assert Counter(verdicts.values()) == {"clean": files - bad_ones, "infected": bad_ones}
    quarantined = [one["path"] for one in shared.state()["files"] if one["path"].startswith(f"{QUARANTINE}/")]
    assert len(quarantined) == bad_ones
    assert Counter(note["path"] for note in shared.state()["notes"]) == Counter(quarantined)
    assert scanner(shared, "audit", "verify").exit_code == 0


def test_the_work_of_a_worker_that_died_is_another_s_as_soon_as_it_has_been_silent_for_the_lease(
    shared: World, new_clamd: StartClamd
) -> None:
    slow = new_clamd()
    slow.start()
    shared.clamd, shared.sections["workers"] = slow.address, {"lease": "2s"}
    first = shared.spawn("--role", "all")
    wait_until(lambda: "service.started" in shared.log(), "the first to start")
    slow.process.send_signal(signal.SIGSTOP)
    shared.upload(f"{FOLDER}/notes.txt", b"notes")
    wait_until(lambda: shared.rows("SELECT 1 FROM pgqueuer WHERE status = 'picked'"), "the first to take it")
    second = shared.spawn("--role", "worker")
    try:
        wait_until(lambda: shared.log().count("service.started") == 2, "the second to start")
        stop(first, signal.SIGKILL)
        killed = time.monotonic()
        slow.process.send_signal(signal.SIGCONT)
        wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE starts > 1"), "the second to take it")
        assert time.monotonic() - killed < 2 + 5  # the lease, and five seconds
        wait_until(lambda: _done(shared) == 1, "the second to do it")
    finally:
        stop(second)
    assert shared.rows("SELECT starts > 1, outcome FROM work") == [(True, "judged")]
    assert shared.rows("SELECT count(*) FROM verdicts") == [(1,)]


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.long)])
def test_when_who_follows_the_feed_dies_or_hangs_another_reads_it_within_ten_seconds(
    shared: World, how: signal.Signals
) -> None:
    first = shared.spawn(log="first.log")
    second = None
    try:
        wait_until(lambda: "seats.taken" in shared.log("first.log"), "the first to follow the feed")
        shared.upload(f"{FOLDER}/before.txt", b"before")
        wait_until(lambda: _done(shared) == 1, "the first to work")
        second = shared.spawn(log="second.log")
        wait_until(lambda: "service.started" in shared.log("second.log"), "the second to start")
        first.send_signal(how)
        began = time.monotonic()
        shared.upload(f"{FOLDER}/after.txt", b"after")
        wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE path LIKE '%after.txt'"), "the second to read it")
        assert time.monotonic() - began < 10
        first.send_signal(signal.SIGCONT)
        wait_until(lambda: _holds_no_office(shared, first), "what was frozen to give up its offices")
        shared.upload(f"{FOLDER}/later.txt", b"later")
        wait_until(lambda: _done(shared) == 3, "all to be judged")
    finally:
        first.send_signal(signal.SIGCONT)  # Whoever is frozen does not hear that it is to stop.
        codes = [stop(one) for one in (first, second) if one is not None]
    assert codes[0] in ((-signal.SIGKILL,) if how is signal.SIGKILL else (0, 3))
    assert codes[1:] == [0]
    assert "seats.taken" not in shared.log("first.log").partition("seats.lost")[2]
    assert _read_up_to(shared, "first.log") < _read_up_to(shared, "second.log")
    for recorded in ("verdicts", "work", "events WHERE disposition = 'queued'"):
        assert shared.rows(f"SELECT count(*), count(DISTINCT entry_id) FROM {recorded}") == [(3, 3)]


def test_a_replica_that_is_cut_off_ends_and_its_work_is_another_s(shared: World, postgres: PrivatePostgres) -> None:
    straight = shared.sections["ledger"]["url"]
    shared.sections["workers"] = {"lease": f"{LEASE}s"}
    shared.fault(route="fs-content", delay=3.0, count=1)
    with way_to(postgres.port) as way:
        shared.sections["ledger"] = {"url": straight.replace(f":{postgres.port}/", f":{way.port}/")}
        replicas = [shared.spawn(log="first.log")]
        try:
            wait_until(lambda: "seats.taken" in shared.log("first.log"), "the first to follow the feed")
            shared.sections["ledger"] = {"url": straight}
            replicas.append(shared.spawn("--role", "feed", log="second.log"))
            wait_until(lambda: "service.started" in shared.log("second.log"), "the second to start")
            shared.upload(f"{FOLDER}/notes.txt", b"notes")
            wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE state = 'running'"), "the first to work")
            way.cut()  # What it finds out, the first can tell nobody.
            cut = time.monotonic()
            shared.upload(f"{FOLDER}/after.txt", b"after")
            wait_until(lambda: shared.rows("SELECT 1 FROM work WHERE path LIKE '%after.txt'"), "another to read it")
            assert time.monotonic() - cut < 10
            replicas.append(shared.spawn("--role", "worker", log="third.log"))
            wait_until(lambda: "ledger.silent" in shared.log("first.log"), "the first to notice")
            assert time.monotonic() - cut < CUT_OFF + 3  # of a busy machine
            wait_until(lambda: replicas[0].poll() is not None, "the first to end")
            wait_until(lambda: _done(shared) == 2, "another to judge both")
        finally:
            codes = [stop(one) for one in replicas]
    assert codes == [3, 0, 0]
    assert shared.rows("SELECT path, starts, outcome FROM work ORDER BY path") == [
        (f"{FOLDER}/after.txt", 1, "judged"),
        (f"{FOLDER}/notes.txt", 2, "judged"),
    ]
    assert shared.rows("SELECT count(*), count(DISTINCT entry_id) FROM verdicts") == [(2, 2)]


def _holds_no_office(world: World, process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None or "seats.lost" in world.log("first.log")


def _read_up_to(world: World, log: str) -> int:
    """The last event that a replica read."""
    lines = [json.loads(line) for line in world.log(log).splitlines() if "feed.polled" in line]
    return max(int(line["cursor"]) for line in lines)


def _live(world: World, files: int, bad: set[int]) -> None:
    for number in range(files):
        infected = samples.zip_of({"a.com": samples.eicar(), "n.txt": str(number).encode()})
        world.upload(f"{FOLDER}/{number}.bin", infected if number in bad else f"{number}\n".encode())
        time.sleep(0.03)


def _raise(world: World, replicas: list[subprocess.Popen[bytes]]) -> None:
    """As what runs them does where one has ended: it was frozen in a transaction, which the server ended."""
    for place, one in enumerate(replicas):
        if one.poll() is not None:
            assert one.returncode in (3, -signal.SIGKILL)
            replicas[place] = world.spawn()


def _freeze(process: subprocess.Popen[bytes], seconds: float) -> None:
    process.send_signal(signal.SIGSTOP)
    # Says nothing to one that was killed meanwhile.
    threading.Timer(seconds, process.send_signal, (signal.SIGCONT,)).start()


def _open_work(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM work WHERE state NOT IN ('done', 'parked')")[0][0])


def _done(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM work WHERE verdict_id IS NOT NULL AND outcome IS NOT NULL")[0][0])
