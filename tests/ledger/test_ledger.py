"""The ledger as its users open it: owned by one, read beside it, whole after any end."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import FeedState, Totals, WorkCounts
from scanner.model import (
    Cursor,
    EntryId,
    Gap,
    Lane,
    Outcome,
    Plan,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepResult,
    StepState,
    Unchecked,
    VerdictKind,
    WalkFolder,
)
from tests.ledger.killed import PAGE, whole
from tests.ledger.world import (
    after,
    clean,
    event,
    infected,
    noon,
    owner,
    queue_all,
    settings,
    version,
)

FROM_HERE = Path(__file__).parents[2]


def program(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *arguments], cwd=FROM_HERE, stdout=subprocess.PIPE)


def test_after_a_kill_at_any_moment_the_ledger_is_whole(tmp_path: Path):
    chance, cursors = random.Random(4), [0]
    for _ in range(4):
        with program("-m", "tests.ledger.killed", str(tmp_path)) as service:
            assert service.stdout.readline() == b"open\n"
            # A line for each version: how far it gets must not depend on the machine.
            for _ in range(chance.randrange(PAGE, 4 * PAGE)):
                service.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.01))
            service.kill()
        database = SqliteDatabase(tmp_path / "ledger.db")
        cursors.append(database.run_here(whole))
        asyncio.run(database.close())
    assert cursors == sorted(cursors)
    assert cursors[-1] > 2 * PAGE


def test_after_a_kill_before_any_statement_of_any_transaction_the_ledger_is_whole(tmp_path: Path):
    with program("-m", "tests.ledger.killed", str(tmp_path), "70") as service:
        said = service.communicate()[0].decode().split()
    assert said == ["whole"] * 70


async def test_an_owner_takes_up_what_a_dead_one_held(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version("e"), version("f")], Lane.LIVE)
        dead = await ledger.take("acme", EntryId("e"))
    async with owner(tmp_path, lambda: after(60)) as ledger:
        assert await ledger.work_counts() == WorkCounts(queued=2)
        again = await ledger.take("acme", EntryId("e"))
        assert (again.starts, again.attempts, again.token != dead.token) == (2, 2, True)


async def test_a_second_owner_is_refused_with_a_sentence(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        code = "import sys, asyncio; from tests.ledger.world import *\n"
        code += "try: asyncio.run(Ledger.open(settings(Path(sys.argv[1])), noon, owner=True))\n"
        code += "except Exception as error: print(type(error).__name__, error)"
        with program("-c", code, str(tmp_path)) as second:
            said = (await asyncio.to_thread(second.communicate))[0].decode()
        assert said == (
            f"LedgerUnavailable {tmp_path}/ledger.db is owned by another process. One service works on a ledger file: "
            "stop the other, or give this one a file of its own in ledger.url.\n"
        )
        assert await ledger.work_counts() == WorkCounts()


async def test_an_owner_that_could_not_open_the_ledger_leaves_no_lock_behind(tmp_path: Path):
    (tmp_path / "ledger.db").write_bytes(b"not a database at all" * 100)
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="file is not a database"):
            await Ledger.open(settings(tmp_path), noon, owner=True)
    (tmp_path / "ledger.db").unlink()
    async with owner(tmp_path) as ledger:
        assert await ledger.work_counts() == WorkCounts()


async def test_a_reader_beside_the_owner_sees_what_the_owner_wrote(tmp_path: Path):
    async with owner(tmp_path) as ledger, Ledger.reading(settings(tmp_path), noon) as reader:
        await ledger.queue_versions("acme", [version("e")], Lane.LIVE)
        assert await reader.work_counts() == WorkCounts(queued=1)
        assert [row.entry_id for row in await reader.verdicts()] == ["e"]


async def test_a_long_question_of_a_command_does_not_hold_up_the_service(tmp_path: Path):
    asked, answer = threading.Event(), threading.Event()

    def slow(connection):
        connection.execute(text("SELECT count(*) FROM work")).all()
        asked.set()
        answer.wait(10)

    async with owner(tmp_path) as ledger, Ledger.reading(settings(tmp_path), noon) as reader:
        asking = asyncio.create_task(reader._db.read(slow))
        await asyncio.to_thread(asked.wait, 10)
        await asyncio.wait_for(ledger.record_page("acme", [event(1)], Cursor(1), queue_all), 5)
        answer.set()
        await asking
        assert await reader.work_counts() == WorkCounts(queued=1)


QUESTIONS = {
    "recent_events": lambda ledger: ledger.recent_events("acme", 2),
    "feed_state": lambda ledger: ledger.feed_state("acme"),
    "walks.open": lambda ledger: ledger.walks.open("acme"),
    "work_counts": Ledger.work_counts,
    "backlog": Ledger.backlog,
    "totals": lambda ledger: ledger.totals(after(0)),
    "verdicts": Ledger.verdicts,
    "explain": lambda ledger: ledger.explain("e"),
    "quarantined": Ledger.quarantined,
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_questions_are_answered_while_another_process_writes(tmp_path: Path, question: str):
    async with owner(tmp_path) as ledger, Ledger.reading(settings(tmp_path), noon) as reader:
        with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for one in (ledger, reader):
                await asyncio.wait_for(QUESTIONS[question](one), 5)


async def test_a_reader_does_not_take_up_the_owners_work(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version("e")], Lane.LIVE)
        run = await ledger.take("acme", EntryId("e"))
        async with Ledger.reading(settings(tmp_path), noon):
            pass
        await ledger.settle(run, clean(run.version))
        assert await ledger.work_counts() == WorkCounts(done=1)


async def test_a_reader_without_a_ledger_is_told_and_makes_none(tmp_path: Path):
    with pytest.raises(LedgerUnavailable, match=r"There is no ledger at .* yet\. Start `scanner run` once, or check"):
        await Ledger.open(settings(tmp_path), noon, owner=False)
    assert list(tmp_path.iterdir()) == []


async def test_a_reader_of_an_empty_file_is_told(tmp_path: Path):
    (tmp_path / "ledger.db").touch()
    with pytest.raises(LedgerUnavailable, match="holds no ledger yet"):
        await Ledger.open(settings(tmp_path), noon, owner=False)


async def test_a_page_whose_decision_fails_leaves_nothing_and_can_be_recorded_again(tmp_path: Path):
    def stumble(one, known):
        if one.id == 2:
            raise KeyError("rule")
        return queue_all(one, known)

    page = [event(1, "a"), event(2, "b")]
    async with owner(tmp_path) as ledger:
        with pytest.raises(KeyError):
            await ledger.record_page("acme", page, Cursor(2), stumble)
        assert (await ledger.feed_state("acme"), await ledger.work_counts()) == (None, WorkCounts())
        settled = await ledger.record_page("acme", page, Cursor(2), queue_all)
        assert [one for one, _ in settled] == page
        assert await ledger.feed_state("acme") == FeedState(Cursor(2), after(2))


async def test_a_gap_sets_the_cursor_back_and_the_same_ids_are_recorded_anew(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.start_feed("acme", Cursor(0))
        await ledger.record_page("acme", [event(1, "a"), event(2, "b")], Cursor(2), queue_all)
        await ledger.record_gap("acme", "lost", after(2), None, Cursor(0))
        settled = await ledger.record_page("acme", [event(1, "c")], Cursor(1), queue_all)
        await ledger.advance("acme", Cursor(5))
        assert [one.entry_id for one, _ in settled] == ["c"]
        assert (await ledger.feed_state("acme")).cursor == 5
        assert (await ledger.backlog()).gaps == 1


async def test_it_is_known_with_which_page_a_version_was_brought_last_and_of_what_came_otherwise_that_none_was(
    tmp_path: Path,
):
    def queue_but_b(one, known):
        return Skipped(Skip.DUPLICATE) if one.entry_id == "b" else queue_all(one, known)

    now = after(10)
    async with owner(tmp_path, lambda: now) as ledger:
        await ledger.start_feed("acme", Cursor(0))
        await ledger.record_page("acme", [event(1, "a"), event(2, "b"), event(3, "d")], Cursor(3), queue_but_b)
        now = after(20)
        await ledger.record_page("acme", [event(4, "c"), event(5, "a")], Cursor(5), queue_all)
        found = {one: await ledger.brought_at("acme", EntryId(one)) for one in "abcd"}

        assert found == {"a": after(20), "b": None, "c": after(20), "d": after(10)}
        assert await ledger.brought_at("other", EntryId("a")) is None


async def test_walks_are_open_until_finished(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.record_page("acme", [event(1)], Cursor(1), lambda one, known: WalkFolder("/Shared/new"))
        (walk,) = await ledger.walks.open("acme")
        await ledger.walks.finish(walk)
        assert (walk.path, await ledger.walks.open("acme")) == ("/Shared/new", ())


async def test_versions_settled_by_word_of_their_deletion_are_told_once_it_is_committed(tmp_path: Path):
    told: list[int] = []
    ledger = await Ledger.open(settings(tmp_path), noon, owner=True, on_gone=told.append)
    await ledger.record_page("acme", [event(1)], Cursor(1), queue_all)
    run = await ledger.take("acme", EntryId("e"))
    await ledger.defer(run, Gap(Unchecked.NOT_FOUND), after(5), counts=True)
    delete = replace(event(2), action="delete")
    for _ in range(2):
        await ledger.record_page("acme", [delete], Cursor(2), lambda one, known: Skipped(Skip.NO_NEW_CONTENT))
    assert (told, await ledger.work_counts()) == ([0, 1, 0], WorkCounts(done=1))
    await ledger.close()


async def test_versions_of_another_domain_are_not_queued(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        assert await ledger.queue_versions("acme", [version("e"), version("e", "bolt")], Lane.RECONCILE) == 1


async def test_one_version_from_its_event_to_its_release(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.record_page("acme", [event(1)], Cursor(1), queue_all)
        run = await ledger.take("acme", EntryId("e"))
        await ledger.defer(run, Gap(Unchecked.ENGINE_DOWN), after(5), counts=False)
        run = await ledger.take("acme", EntryId("e"))
        plan = Plan((Step(StepKind.QUARANTINE, {"destination": "/Q/e"}),), ("Eicar",))
        (step,) = await ledger.record_verdict(run, infected(run.version, "Eicar"), plan)
        await ledger.begin_step(run, step.id)
        result = StepResult(StepState.SUCCESS, {"origin": "/Shared/e.txt", "path": "/Q/e"}, version("newer"))
        await ledger.record_step(run, step.id, result)
        await ledger.finish(run, Outcome.JUDGED)
        (row,) = await ledger.quarantined("acme")
        release = await ledger.begin_release(row, Step(StepKind.RELEASE, {"destination": "/Shared/e.txt"}))
        await ledger.record_release(release.id, StepResult(StepState.SUCCESS))
        (told,) = await ledger.explain("e")
        assert (told.starts, [one["kind"] for one in told.steps]) == (2, ["quarantine", "release"])
        assert await ledger.quarantined() == []
        assert await ledger.totals(after(0)) == Totals(
            {}, {"infected": 1}, {"judged": 1}, {"quarantine: success": 1, "release: success": 1}
        )
        assert [row.entry_id for row in await ledger.verdicts("acme", VerdictKind.INFECTED)] == ["e"]
        assert await ledger.work_counts() == WorkCounts(queued=1, done=1)
