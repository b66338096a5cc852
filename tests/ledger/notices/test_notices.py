"""Notices as workers and the notifier ask for them."""

from __future__ import annotations

from pathlib import Path

from scanner.ledger.notices.notices import Notices
from tests.ledger.notices.test_noticing import EVENT, planned
from tests.ledger.world import after, new_database


async def test_a_notice_is_queued_handed_over_or_given_up_and_forgotten(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    notices = Notices(database, lambda: after(5))
    for name in ("e", "f", "g"):
        run, step_id = await database.run(lambda connection, name=name: planned(connection, name))
        await notices.put(run, step_id, ["soc"], EVENT)
    first, second, third = await notices.due("soc", 10)

    await notices.taken(first.id)
    await notices.given_up(second.id, "HTTP 410")
    await notices.retry_at(third.id, after(60), "HTTP 503")
    assert [(one.id, one.state) for one in await notices.listed()] == [(second.id, "given_up"), (third.id, "open")]
    assert (await notices.backlog(), await notices.due("soc", 10)) == ((1, after(5)), [])
    assert (await notices.reopen(), len(await notices.due("soc", 10))) == (2, 2)
    assert await notices.prune(after(60)) == 1
    await database.close()
