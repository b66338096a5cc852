"""A service goes on with a ledger that the next version has migrated, as after a roll-back."""

from __future__ import annotations

from demo.samples import eicar
from tests.journeys.world import World

LATER = (
    "ALTER TABLE events ADD COLUMN later VARCHAR",
    "ALTER TABLE work ADD COLUMN later INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE verdicts ADD COLUMN later VARCHAR",
    "CREATE INDEX ix_work_later ON work (later)",
    "CREATE TABLE later (id INTEGER PRIMARY KEY)",
    "UPDATE alembic_version SET version_num = '9999'",
)


async def test_after_a_roll_back_the_ledger_of_the_next_version_is_worked_on(world: World) -> None:
    world.upload("/Shared/Projects/first.com", eicar())
    await world.once()
    for change in LATER:
        world.rows(change)

    world.upload("/Shared/Projects/second.com", eicar())
    world.upload("/Shared/Projects/third.txt", b"nothing to see")
    await world.once()

    found = world.rows("SELECT w.path, v.kind FROM work w JOIN verdicts v ON v.id = w.verdict_id ORDER BY w.path")
    assert [(path.rpartition("/")[2], kind) for path, kind in found] == [
        ("first.com", "infected"),
        ("second.com", "infected"),
        ("third.txt", "clean"),
    ]
    assert world.rows("SELECT version_num FROM alembic_version") == [("9999",)]
