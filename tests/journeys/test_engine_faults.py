"""Faults of the engine: a real clamd that is absent, killed, frozen, too strict or too slow. None of it means clean."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.settings import LedgerSettings
from tests.clamd import StartClamd
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, World, new_world

FOLDER = "/Shared/Projects"
BAD, GOOD = f"{FOLDER}/eicar.com", f"{FOLDER}/notes.txt"
CONTENT = "GET /pubapi/v1/fs-content"

Begin = Callable[..., World]


@pytest.fixture
def begin(tmp_path: Path, place: LedgerSettings) -> Iterator[Begin]:
    """Makes a world on a clamd of its own."""
    with ExitStack() as stack:

        def begin(own: PrivateClamd, **clamav: object) -> World:
            sections = {"rules": FEW_RULES, "clamav": {"scan_timeout": "20s", **clamav}, "ledger": {"url": place.url}}
            world = stack.enter_context(new_world(tmp_path, own.address, **sections))
            made.append(world)
            return world

        made: list[World] = []
        yield begin
        for world in made:
            world.check()


async def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def noise(size: int) -> bytes:
    """Bytes that no compression shrinks and no signature knows."""
    blocks = (hashlib.sha512(number.to_bytes(4, "big")).digest() for number in range(size // 64 + 1))
    return b"".join(blocks)[:size]


async def test_without_a_clamd_nothing_is_clean_and_no_download_is_paid_for(
    begin: Begin, new_clamd: StartClamd
) -> None:
    own = new_clamd()
    world = begin(own)
    world.upload(BAD, samples.eicar())
    world.upload(GOOD, b"notes")
    assert (await world.once()).unfinished == ["2 versions are still open"]
    assert await world.reasons() == {BAD: "unchecked engine-down", GOOD: "unchecked engine-down"}
    assert (world.calls(CONTENT), world.rows("SELECT count(*) FROM verdicts")) == ([], [(0,)])

    own.start()
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected", GOOD: "clean"}
    assert world.calls(CONTENT) == [200, 200]


async def test_waiting_for_clamd_uses_up_no_attempts(begin: Begin, new_clamd: StartClamd) -> None:
    own = new_clamd()
    world = begin(own)
    world.sections["workers"] = {"max_attempts": 2}
    world.upload(BAD, samples.eicar())
    for _ in range(4):
        await world.once()
        world.wait_over()
    own.start()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


@pytest.mark.both
async def test_what_waited_for_a_clamd_is_all_taken_up_by_the_next_run(begin: Begin, new_clamd: StartClamd) -> None:
    own = new_clamd()
    world = begin(own)
    world.sections["workers"] = {"concurrency": 1}
    for number in range(30):
        world.upload(f"{FOLDER}/{number}.txt", b"notes %d" % number)
    assert (await world.once()).unfinished == ["30 versions are still open"]
    own.start()
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert list((await world.kinds()).values()) == ["clean"] * 30


async def test_a_clamd_killed_in_mid_scan_leaves_the_work_open(begin: Begin, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    world = begin(own)
    world.upload(BAD, samples.eicar())
    world.fault(route="fs-content", delay=0.3, count=1)
    running = asyncio.create_task(world.once())
    await until(lambda: world.calls(CONTENT))
    assert own.process is not None
    own.process.send_signal(signal.SIGSTOP)  # so that the scan is still under way when it dies
    await until(lambda: world.calls(CONTENT) == [200])
    await asyncio.sleep(0.3)
    own.process.kill()
    own.process.wait()
    assert (await running).unfinished == ["1 versions are still open"]
    assert '"reason": "interrupted"' in world.log()
    assert await world.reasons() == {BAD: "unchecked engine-down"}

    own.start()
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


async def test_a_frozen_clamd_is_given_up_after_the_timeout_and_asked_again(
    begin: Begin, new_clamd: StartClamd
) -> None:
    own = new_clamd().start()
    world = begin(own, scan_timeout="1s")
    world.upload(GOOD, b"notes")
    world.fault(route="fs-content", delay=0.3, count=1)
    running = asyncio.create_task(world.once())
    await until(lambda: world.calls(CONTENT))
    assert own.process is not None
    own.process.send_signal(signal.SIGSTOP)
    assert (await running).unfinished == ["1 versions are still open"]
    own.process.send_signal(signal.SIGCONT)
    assert '"reason": "engine-timeout"' in world.log()
    assert await world.reasons() == {GOOD: "unchecked engine-down"}

    world.wait_over()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {GOOD: "clean"}


async def test_a_clamd_that_times_out_on_every_attempt_ends_as_unchecked(begin: Begin, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    world = begin(own, scan_timeout="1s")
    world.sections["workers"] = {"max_attempts": 1}
    world.upload(GOOD, b"notes")
    world.fault(route="fs-content", delay=0.3, count=1)
    running = asyncio.create_task(world.once())
    await until(lambda: world.calls(CONTENT))
    assert own.process is not None
    own.process.send_signal(signal.SIGSTOP)
    assert (await running).unfinished == []
    own.process.send_signal(signal.SIGCONT)
    assert await world.reasons() == {GOOD: "unchecked engine-timeout"}
    assert world.outcomes() == [(GOOD, "failed")]


LARGE = noise(3 * 1024**2)


@pytest.mark.parametrize(
    ("conf", "settings", "content", "reason"),
    [
        ({"tcp": True, "StreamMaxLength": "1M"}, {}, LARGE, "too-large"),
        ({"MaxFileSize": "1M"}, {}, LARGE, "limits"),
        ({}, {"max_stream": "1MiB"}, LARGE, "too-large"),
        ({"MaxScanTime": "1"}, {}, samples.zip_of({f"{n}.bin": LARGE[n:] for n in range(6)}), "scan-time"),
        ({"MaxFiles": "3"}, {}, samples.zip_of({f"{n}.txt": b"%d" % n for n in range(9)}), "limits"),
        ({"MaxRecursion": "2"}, {}, samples.zip_of({"a.zip": samples.zip_of({"b.zip": samples.zip_of({"c": b"c"})})}),
         "limits"),
        ({"AlertEncrypted": "no"}, {}, samples.encrypted_zip_of("a.csv", b"a;b\n" * 99, b"pw"), "encrypted"),
    ],
    ids=["clamd's stream limit", "clamd's file limit", "our own stream limit", "scan time", "files", "recursion",
         "encryption unnoticed"],
)  # fmt: skip
async def test_what_clamd_cannot_look_into_is_unscannable(
    begin: Begin, new_clamd: StartClamd, conf: dict[str, Any], settings: dict[str, str], content: bytes, reason: str
) -> None:
    world = begin(new_clamd(**conf).start(), **settings)
    world.upload(f"{FOLDER}/box.zip", content)
    assert (await world.once()).unfinished == []
    assert [(str(row.kind), reason in row.reasons) for row in await world.verdicts()] == [("unscannable", True)]
    assert world.steps() == [("comment", "success")]


async def test_malware_beside_what_cannot_be_looked_into_is_still_malware(begin: Begin, new_clamd: StartClamd) -> None:
    world = begin(new_clamd(MaxFiles="3").start())
    members = {"eicar.com": samples.eicar(), **{f"{number}.txt": b"%d" % number for number in range(9)}}
    group = world.upload(f"{FOLDER}/box.zip", samples.zip_of(members))["group_id"]
    await world.once()
    assert await world.kinds() == {f"{FOLDER}/box.zip": "infected"}
    assert world.places()[group].startswith(QUARANTINE)


async def test_a_file_above_the_spools_ceiling_is_too_large_without_a_download(world: World) -> None:
    world.sections["spool"] = {"max_file": "1MiB"}
    world.upload(f"{FOLDER}/disk.bin", LARGE)
    world.fault(route="fs-content", rate=20_000)  # all of it would take two and a half minutes
    began = time.monotonic()
    assert (await world.once()).unfinished == []
    assert time.monotonic() - began < 10
    assert await world.reasons() == {f"{FOLDER}/disk.bin": "unscannable too-large"}


async def test_a_spool_that_cannot_be_written_waits(world: World) -> None:
    spool = world.folder / "spool"
    world.sections["spool"] = {"dir": str(spool)}
    world.upload(f"{FOLDER}/disk.bin", LARGE)
    world.upload(GOOD, b"small ones stay in memory")
    assert (await world.once()).unfinished == ["1 versions are still open"]
    assert await world.reasons() == {f"{FOLDER}/disk.bin": "unchecked spool-unavailable", GOOD: "clean"}

    spool.mkdir()
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert set((await world.kinds()).values()) == {"clean"}
    assert list(spool.iterdir()) == []


async def test_a_reload_of_the_signatures_in_mid_work_loses_nothing(begin: Begin, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    world = begin(own)
    for number in range(20):
        world.upload(f"{FOLDER}/{number}.com", samples.eicar() if number % 2 else b"%d" % number)
    running = asyncio.create_task(world.once())
    assert own.process is not None
    while not running.done():
        own.process.send_signal(signal.SIGUSR2)
        await asyncio.sleep(0.05)
    assert (await running).unfinished == []
    assert await world.kinds() == {
        f"{FOLDER}/{number}.com": "infected" if number % 2 else "clean" for number in range(20)
    }
