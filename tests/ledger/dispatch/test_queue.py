"""The part of PgQueuer's port that we fill, asked as its QueueManager asks it."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch.queue import TicketQueue, Wakeup
from scanner.ledger.tables import tickets
from scanner.ledger.work import working
from scanner.model import EntryId, Gap, Unchecked
from tests.ledger.world import now, queue, rows, took


async def dequeue(one: TicketQueue) -> list[tuple[str, bytes]]:
    jobs = await one.dequeue(1, {}, uuid4(), None, timedelta(seconds=60))
    return [(job.entrypoint, job.payload) for job in jobs]


async def test_a_job_names_the_version(database: Database):
    await database.run(lambda connection: queue(connection, "a\tb"))
    assert await dequeue(TicketQueue(database, {"acme": 1}, 1)) == [("acme", b"acme\na\tb")]


async def test_a_slot_is_taken_until_it_is_let_go(database: Database):
    await database.run(lambda connection: queue(connection, "a", "b"))
    one = TicketQueue(database, {"acme": 9}, 1)
    assert [len(await dequeue(one)) for _ in range(2)] == [1, 0]
    one.let_go(1)
    assert await dequeue(one) == [("acme", b"acme\nb")]


async def test_what_is_in_hand_is_not_claimed_even_when_it_was_put_back(database: Database):
    def put_back(connection):
        working.defer(connection, took(connection, "a"), Gap(Unchecked.THROTTLED), now(), False)

    await database.run(lambda connection: queue(connection, "a"))
    one = TicketQueue(database, {"acme": 9}, 9)
    assert len(await dequeue(one)) == 1
    await database.run(put_back)
    assert await dequeue(one) == []
    one.let_go(1)
    assert len(await dequeue(one)) == 1


async def test_what_became_due_has_its_turn_at_once_where_there_is_nothing_else_to_do(database: Database):
    def wait(connection):
        queue(connection, "a", "b", "c")
        for name in "ab":
            working.defer(connection, took(connection, name), Gap(Unchecked.THROTTLED), now(), False)

    await database.run(wait)
    one = TicketQueue(database, {"acme": 9}, 1)
    turns = []
    for _ in range(3):
        turns += await dequeue(one)
        one.let_go(one.held.copy().pop())
    assert sorted(payload for _, payload in turns) == [b"acme\na", b"acme\nb", b"acme\nc"]


async def test_a_beat_is_written(database: Database):
    await database.run(lambda connection: queue(connection, "a", "b"))
    await TicketQueue(database, {}, 1).update_heartbeat([1])
    beats = await database.run(lambda c: [row[0] for row in rows(c, tickets, "heartbeat")])
    assert (abs(beats[0] - now().timestamp()) < 5, beats[1]) == (True, 0.0)


async def test_the_wait_for_the_next_moment_is_told_while_there_is_room(database: Database):
    def later(connection):
        run = took(connection, "a")
        working.defer(connection, run, Gap(Unchecked.THROTTLED), now() + timedelta(seconds=30), False)
        queue(connection, "b")

    one = TicketQueue(database, {"acme": 9}, 1)
    assert await one.next_deferred_eta([]) is None
    await database.run(later)
    assert await dequeue(one) == [("acme", b"acme\nb")]
    assert await one.next_deferred_eta([]) is None
    await database.run(lambda c: working.take(c, "acme", EntryId("b")))
    one.let_go(2)
    await dequeue(one)
    assert 25 < (await one.next_deferred_eta([])).total_seconds() <= 30


async def test_several_wakes_in_one_turn_are_one_notice():
    driver, told = Wakeup(), []
    await driver.add_listener("tickets", told.append)
    driver.wake()
    driver.wake()
    assert told == []
    await asyncio.sleep(0)
    driver.wake()
    await asyncio.sleep(0)
    assert [json.loads(one)["type"] for one in told] == ["table_changed_event"] * 2


async def test_nobody_is_told_after_the_end():
    driver, told = Wakeup(), []
    async with driver:
        await driver.add_listener("tickets", told.append)
    driver.wake()
    await asyncio.sleep(0)
    assert told == []


async def test_the_health_check_hears_itself(database: Database):
    one, told = TicketQueue(database, {}, 1), []
    await one.driver.add_listener("tickets", told.append)
    check = uuid4()
    await one.notify_health_check(check)
    assert [json.loads(notice)["id"] for notice in told] == [str(check)]


@pytest.mark.parametrize("act", ["fetch", "execute"])
async def test_there_is_no_sql_behind_the_driver(act: str):
    with pytest.raises(NotImplementedError):
        await getattr(Wakeup(), act)("SELECT 1")
