"""Which contents of a look back go first: what public links lead to, each content once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from scanner.ledger.databases.database import Database
from scanner.ledger.work import exposed, retro
from scanner.ledger.work.exposed import Candidate, Reach
from scanner.ledger.work.reopening import reopen
from scanner.ledger.work.retro import Retro
from scanner.model import EntryId, Lane
from tests.ledger.work.test_retro import NEW, OLD, begin, judge, rest
from tests.ledger.world import NOON, new_database


def test_a_link_reaches_its_file_or_all_below_its_folder_in_any_case() -> None:
    reach = Reach(frozenset({"g1"}), ("/Shared/Open", "/Shared/Other/"))
    places = ["/Shared/OPEN/a", "/Shared/Other/x/b", "/Shared/Opened/c", "/Shared/Open"]
    assert [reach.has("g2", path) for path in places] == [True, True, False, False]
    assert (reach.has("g1", "/Private/a"), Reach().has("g1", "/Shared/Open/a")) == (True, False)


def test_of_versions_with_one_content_the_newest_exposed_one_stands_for_it() -> None:
    page = [
        Candidate(9, "a", "acme", "hidden", "/x"),
        Candidate(7, "a", "acme", "open", "/x"),
        Candidate(5, "a", "acme", "open", "/y"),
        Candidate(4, "b", "other", "open", "/x"),
    ]
    assert exposed.among(page, {"acme": Reach(frozenset({"open"}))}) == {"a": 7}


async def looked_at(folder: Path, files: set[str], cut_after: int | None = None) -> list[tuple[str, list[str]]]:
    """Contents in the order of looking, where the versions e1 to e4 were judged one after the other; after so many of
    them the service is started anew."""
    folder.mkdir()
    database = new_database(folder)
    ledger = Retro(database, lambda: NOON, lambda: None)

    def judged(connection: Connection) -> None:
        begin(connection, OLD)
        for name, digit in (("a", "1"), ("b", "2"), ("c", "3"), ("d", "2"), ("e", "4")):
            judge(connection, name, digit)
        begin(connection)

    await database.run(judged)
    reach = {"acme": Reach(frozenset(f"g-{name}" for name in files))}
    assert await ledger.exposure_open(NEW)
    await ledger.expose(NEW, reach)
    found = []
    for _ in range(cut_after or 0):
        content = await ledger.next(NEW)
        assert content is not None
        found.append((content.sha256[0], [str(one.entry_id) for one in content.holders]))
        await ledger.passed(NEW, content.verdict_id, looked=True)
    assert (await ledger.begin(NEW, timedelta(days=1)), await ledger.exposure_open(NEW)) == (True, False)
    found += await database.run(rest)
    await ledger.end(NEW)
    assert await database.read(lambda c: c.execute(select(exposed.exposed)).all()) == []
    await database.close()
    return found


async def test_what_is_exposed_goes_first_and_everything_once(tmp_path: Path) -> None:
    by_age = ["4", "2", "3", "1"]
    assert [one for one, _ in await looked_at(tmp_path / "none", set())] == by_age
    assert [one for one, _ in await looked_at(tmp_path / "one", {"a"})] == ["1", "4", "2", "3"]
    assert await looked_at(tmp_path / "old holder", {"b", "c"}) == [
        ("3", ["c"]), ("2", ["d", "b"]), ("4", ["e"]), ("1", ["a"]),
    ]  # fmt: skip


async def test_cut_off_anywhere_it_goes_on_there(tmp_path: Path) -> None:
    for number in range(5):
        found = await looked_at(tmp_path / str(number), {"b", "c"}, cut_after=number)
        assert [one for one, _ in found] == ["3", "2", "4", "1"]


def test_what_was_judged_anew_since_goes_by_age_if_at_all(database: Database) -> None:
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "a", "1")
        judge(connection, "b", "2")
        begin(connection)
        first, second = exposed.candidates(connection, 1, 99, retro.KINDS)
        exposed.put(connection, NEW, {first.sha256: first.verdict_id, second.sha256: second.verdict_id})
        reopen(connection, "acme", EntryId("b"), Lane.RESCAN, NOON)
        judge(connection, "b", "2")  # its verdict is newer than the stretch
        return rest(connection)

    assert database.run_here(act) == [("1", ["a"])]


def test_newer_signatures_find_out_anew_what_is_exposed(database: Database) -> None:
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "a", "1")
        begin(connection)
        exposed.put(connection, NEW, {"1" * 64: 1})
        retro.begin(connection, "ClamAV 1.4/3", timedelta(days=1), NOON)
        return connection.execute(select(exposed.exposed)).all()

    assert database.run_here(act) == []
