"""Faults of the machine under a running service: full disks, a ledger held or spoilt, a clock that jumps, a clamd that
is none or has no memory. It waits or ends with a sentence; afterwards all is done, once."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from demo import samples
from demo.clamd import PrivateClamd
from tests.clamd import StartClamd
from tests.cli.commands import ONCE, running, spawned
from tests.disguised_clamd import disguised
from tests.journeys.world import QUARANTINE, World, wait_until
from tests.ledgers import ON_FILE

BAD, GOOD = "/Shared/Projects/eicar.com", "/Shared/Projects/notes.txt"
LARGE = bytes(range(256)) * 12_000
"""More than is kept in memory."""
JUDGED = "SELECT count(*) FROM work WHERE outcome = 'judged'"


def limit(pid: int, what: int, size: int) -> None:
    """Lower or lift what a process may have; its hard limit stays, so that it can be lifted again."""
    _, hard = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (size, hard))


@contextmanager
def held(world: World) -> Iterator[None]:
    """Somebody else has begun to write into the ledger and does not go on."""
    with closing(sqlite3.connect(world.folder / "ledger.db", isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def done_once(world: World) -> None:
    """The bad file is in quarantine with one comment, and nothing is left to do."""
    asyncio.run(world.all_of())
    (place,) = [place for place in world.places().values() if place.startswith(QUARANTINE)]
    assert [note["path"] for note in world.state()["notes"]] == [place]
    assert {state for _, state in world.steps()} <= {"success", "already_done"}


def test_a_full_disk_under_the_spool_is_waited_out_without_a_restart(world: World) -> None:
    with running(world) as service:
        limit(service.process.pid, resource.RLIMIT_FSIZE, 2 * 1024**2)
        world.upload(GOOD, LARGE)
        wait_until(lambda: "spool-unavailable" in world.log(), "the full disk")
        assert world.rows("SELECT count(*) FROM verdicts WHERE kind = 'clean'") == [(0,)]
        limit(service.process.pid, resource.RLIMIT_FSIZE, resource.RLIM_INFINITY)
        wait_until(lambda: world.rows(JUDGED) == [(1,)], "the verdict")
    assert asyncio.run(world.kinds()) == {GOOD: "clean"}


@ON_FILE
def test_a_full_disk_under_the_ledger_ends_the_service_and_the_next_one_does_the_rest(world: World) -> None:
    with running(world) as service:
        wait_until(lambda: "service.started" in world.log(), "the service to start")
        limit(service.process.pid, resource.RLIMIT_FSIZE, 64 * 1024)
        world.upload(BAD, samples.eicar())
        assert service.process.wait(30) == 3
    assert [line for line in world.log().splitlines() if line.startswith(f"{world.folder}/ledger.db: ")]
    assert "Traceback" not in world.log()
    done_once(world)


@ON_FILE
def test_a_ledger_that_another_holds_for_a_moment_is_waited_for(world: World) -> None:
    with running(world) as service:
        with held(world):
            world.upload(BAD, samples.eicar())
            time.sleep(1.0)  # as long as the moment lasts; nothing outside shows that somebody waits
            assert world.calls("fs-content") == []
        wait_until(lambda: world.rows(JUDGED) == [(1,)], "the verdict")
        assert service.process.poll() is None
    done_once(world)


@ON_FILE
@pytest.mark.slow
def test_a_ledger_that_another_holds_for_ever_ends_the_service_and_the_next_one_does_the_rest(world: World) -> None:
    with running(world) as service, held(world):
        world.upload(BAD, samples.eicar())
        assert service.process.wait(60) == 3
    assert "Traceback" not in world.log()
    done_once(world)


@ON_FILE
def test_a_ledger_with_pages_of_noise_is_refused_with_a_sentence_and_not_written(world: World) -> None:
    world.upload(GOOD, b"notes")
    asyncio.run(world.once())
    with (world.folder / "ledger.db").open("r+b") as file:
        file.seek(4096)
        file.write(samples.encrypted_zip_of("noise", LARGE, b"pw")[:4096] * 40)
    spoilt = (world.folder / "ledger.db").read_bytes()
    ended = spawned(world, *ONCE)
    assert (ended.returncode in (2, 3), ended.stdout, "Traceback" in ended.stderr) == (True, "", False)
    assert f"{world.folder}/ledger.db" in ended.stderr.splitlines()[-1]
    assert (world.folder / "ledger.db").read_bytes() == spoilt
    (world.folder / "ledger.db").unlink()
    asyncio.run(world.all_of())


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=-1), timedelta(days=400)], ids=str)
def test_a_clock_that_jumps_loses_nothing(world: World, jump: timedelta) -> None:
    world.upload(BAD, samples.eicar())
    world.fault(route="fs-content", status=503, count=3)
    assert asyncio.run(world.once()).unfinished == ["1 versions are still open"]
    with time_machine.travel(datetime.now(UTC) + jump):
        world.upload(GOOD, b"notes")
        asyncio.run(world.once())
    done_once(world)
    assert asyncio.run(world.kinds()) == {BAD: "infected", GOOD: "clean"}


def test_a_program_that_is_no_clamd_calls_nothing_clean(world: World) -> None:
    clamd, world.clamd = world.clamd, "tcp:" + world.emulator.base_url.removeprefix("http://")
    world.upload(BAD, samples.eicar())
    assert asyncio.run(world.once()).unfinished == ["1 versions are still open"]
    assert asyncio.run(world.reasons()) == {BAD: "unchecked engine-down"}
    world.clamd = clamd
    world.wait_over()
    done_once(world)


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (b"ClamAV 0.103.12/27500/Tue Nov 18 09:26:22 2025", "0.103.12/27500/Tue Nov 18 09:26:22 2025 is too old"),
        (b"AV 9 (compatible)", "answer to VERSION is not one: 'AV 9 (compatible)'"),
    ],
)
def test_a_clamd_whose_version_is_too_old_or_odd_calls_nothing_clean(
    world: World, clamd: PrivateClamd, version: bytes, told: str
) -> None:
    with disguised(clamd, version) as one:
        world.clamd = one.address
        world.upload(BAD, samples.eicar())
        world.upload(GOOD, b"notes")
        assert asyncio.run(world.once()).unfinished == ["2 versions are still open"]
        assert asyncio.run(world.reasons()) == {BAD: "unchecked engine-down", GOOD: "unchecked engine-down"}
        assert (told in str(world.rows("SELECT gap_detail FROM work LIMIT 1")), world.calls("fs-content")) == (True, [])
        one.version = b""
        world.wait_over()
        done_once(world)
    assert asyncio.run(world.kinds()) == {BAD: "infected", GOOD: "clean"}


def test_a_clamd_without_memory_calls_nothing_clean(world: World, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    assert own.process is not None
    world.clamd = own.address
    world.sections["clamav"] = {"scan_timeout": "2s"}
    world.upload(BAD, samples.zip_of({"large.bin": LARGE, "eicar.com": samples.eicar()}))
    limit(own.process.pid, resource.RLIMIT_AS, 1024**2)
    asyncio.run(world.once())
    assert (asyncio.run(world.kinds()))[BAD] != "clean"
    if own.process.poll() is None:
        limit(own.process.pid, resource.RLIMIT_AS, resource.RLIM_INFINITY)
    else:
        own.start()
    world.wait_over()
    done_once(world)
