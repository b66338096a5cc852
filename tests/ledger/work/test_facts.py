"""What was learnt of versions: kept with the verdict, read page by page, dropped when it is old."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite

from scanner.errors import Fenced
from scanner.ledger import schema
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.work import facts, working
from scanner.ledger.work.facts import PAGE, Judged, Stretch
from scanner.model import FileVersion, Finding, Inspection, Learnt, Outcome, Plan, RunToken, Verdict, VerdictKind
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import from_wire
from scanner.rulebook.packing import FORM, packed, unpacked
from tests.ledger.world import FACTS, NOON, ON_FILE, after, clean, owner, rows, settings, took
from tests.rulebook.test_known_wire import RULES, SEARCHES, everything

LEARNT = Learnt(FORM, b"packed")


def judged(of: FileVersion, learnt: Learnt | None = LEARNT) -> Verdict:
    return replace(clean(of), inspections=(Inspection("clamd", "1"), Inspection("rules", "2", learnt=learnt)))


def settle(connection: Connection, name: str, learnt: Learnt | None = LEARNT, at: float = 0, domain: str = "a") -> None:
    run = took(connection, name, domain)
    working.settle(connection, run, judged(run.version, learnt), after(at))


def all_of(connection: Connection, since: float = 0, domain: str | None = None) -> list[Judged]:
    of = facts.stretch(connection, after(since), domain)
    found: list[Judged] = []
    at = of.first - 1
    while page := facts.page(connection, of, at):
        found += page
        at = page[-1].verdict_id
    assert len(found) == of.versions
    return found


def test_a_verdict_keeps_what_was_learnt_whether_steps_follow_or_not(database: Database) -> None:
    def act(connection: Connection) -> list[tuple[object, ...]]:
        settle(connection, "settled")
        run = took(connection, "planned")
        working.record_verdict(connection, run, judged(run.version), Plan(()), after(1))
        settle(connection, "without", learnt=None)
        return rows(connection, facts.facts, "verdict_id", "form", "packed", "learnt_at")

    assert database.run_here(act) == [(1, FORM, b"packed", NOON), (2, FORM, b"packed", after(1))]


def test_a_worker_that_was_overtaken_leaves_no_facts(database: Database) -> None:
    def act(connection: Connection) -> None:
        run = replace(took(connection, "e"), token=RunToken("old"))
        working.settle(connection, run, judged(run.version), NOON)

    with pytest.raises(Fenced):
        database.run_here(act)
    assert database.run_here(lambda connection: rows(connection, facts.facts, "verdict_id")) == []


def test_a_version_is_read_with_its_verdict_and_what_was_learnt(database: Database) -> None:
    def act(connection: Connection) -> tuple[FileVersion, list[Judged]]:
        run = took(connection, "e")
        finding = Finding("rules", "odd-name")
        inspection = Inspection("rules", "2", (finding,), learnt=LEARNT)
        verdict = Verdict(run.version, VerdictKind.FLAGGED, ("odd-name",), (inspection,), FACTS)
        working.settle(connection, run, verdict, NOON)
        return run.version, all_of(connection)

    version, (found,) = database.run_here(act)
    assert found == Judged(1, version, NOON, VerdictKind.FLAGGED, FACTS, found.written, LEARNT)
    assert found.inspections == (Inspection("rules", "2", (Finding("rules", "odd-name"),)),)
    assert (found.may_name("odd-name"), found.may_name("odd")) == (True, False)


def test_a_stretch_is_of_one_domain_since_a_moment_and_ends_with_what_there_was_then(database: Database) -> None:
    def act(connection: Connection) -> tuple[list[str], list[str], list[str]]:
        for number, domain in enumerate(["a", "b", "a"]):
            settle(connection, f"e{number}", at=number, domain=domain)
        before = facts.stretch(connection, NOON, None)
        settle(connection, "later", at=9)
        found = facts.page(connection, before, before.first - 1), all_of(connection, 2), all_of(connection, 0, "b")
        return tuple([one.version.entry_id for one in part] for part in found)  # type: ignore[return-value]

    assert database.run_here(act) == (["e0", "e1", "e2"], ["e2", "later"], ["e1"])


def test_of_a_version_judged_again_only_the_verdict_that_counts_is_read(database: Database) -> None:
    def act(connection: Connection) -> list[tuple[int, Learnt | None]]:
        settle(connection, "e")
        connection.execute(text("UPDATE work SET state = 'queued'"))
        run = took(connection, "e", "a")
        working.settle(connection, run, judged(run.version, Learnt(FORM, b"new")), after(5))
        return [(one.verdict_id, one.learnt) for one in all_of(connection)]

    assert database.run_here(act) == [(2, Learnt(FORM, b"new"))]


def test_many_versions_come_in_pages_and_each_once(database: Database) -> None:
    def act(connection: Connection) -> list[str]:
        for number in range(PAGE + 3):
            settle(connection, f"{number:04}")
        return [str(one.version.entry_id) for one in all_of(connection)]

    assert database.run_here(act) == [f"{number:04}" for number in range(PAGE + 3)]


@ON_FILE
@pytest.mark.parametrize("domain", [None, "a"])
def test_a_page_is_found_by_its_verdicts_and_nothing_is_sorted(database: Database, domain: str | None) -> None:
    """Else a replay takes with the square of what there is."""
    query = facts.page_query(Stretch(domain, 1, 9, 9), 0).compile(dialect=sqlite.dialect())
    plan = database.run_here(
        lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", tuple(query.params.values())).all()
    )
    steps = [str(row[3]) for row in plan]
    assert [step.split(" USING ")[0] for step in steps] == ["SEARCH verdicts", "SEARCH work", "SEARCH facts"]
    assert "INTEGER PRIMARY KEY" in steps[0]


def test_where_nothing_was_judged_there_is_nothing_to_read(database: Database) -> None:
    def act(connection: Connection) -> tuple[Stretch, list[Judged]]:
        return facts.stretch(connection, NOON, None), all_of(connection)

    assert database.run_here(act) == (Stretch(None, 0, 0, 0), [])


def test_old_facts_are_dropped_page_by_page_and_the_verdicts_stay(database: Database) -> None:
    def act(connection: Connection) -> tuple[list[int], list[tuple[object, ...]], int]:
        for number in range(PAGE + 3):
            settle(connection, f"{number:04}", at=number)
        counts = [facts.prune(connection, after(PAGE + 1)) for _ in range(3)]
        left = rows(connection, facts.facts, "learnt_at")
        return counts, left, len(all_of(connection))

    counts, left, versions = database.run_here(act)
    assert (counts, left, versions) == ([PAGE, 1, 0], [(after(PAGE + 1),), (after(PAGE + 2),)], PAGE + 3)


async def test_facts_are_renewed_whether_there_were_any_or_not(tmp_path: Path) -> None:
    async with owner(tmp_path) as ledger:
        for name, learnt in (("with", LEARNT), ("without", None)):
            await ledger._db.run(lambda connection, name=name, learnt=learnt: settle(connection, name, learnt))
        for verdict_id in (1, 2):
            await ledger.renew_facts(verdict_id, Learnt(FORM, b"new"))
        found = [one async for page in ledger.judged(await ledger.stretch(NOON, None)) for one in page]
        assert [one.learnt for one in found] == [Learnt(FORM, b"new")] * 2
        assert await ledger.prune_facts(after(1)) == 2


@given(everything())
@tuned(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_what_is_known_comes_back_from_the_ledger_as_it_was(database: Database, known: Known) -> None:
    learnt = packed(known)
    assert learnt is not None

    def act(connection: Connection) -> Learnt | None:
        # The whole ledger is emptied by the next example: each stands for itself.
        for table in ("facts", "verdicts", "work", "tickets"):
            connection.execute(text(f"DELETE FROM {table}"))
        settle(connection, "e", learnt)
        (found,) = all_of(connection)
        return found.learnt

    found = database.run_here(act)
    assert found is not None
    assert from_wire(unpacked(found).whole(), SEARCHES, RULES) == known


async def test_a_ledger_of_the_first_schema_keeps_its_verdicts_and_has_no_facts_of_them(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "ledger.db")
    found = [{"engine": "rules", "version": "1", "findings": [], "gap": None, "seconds": 0.1}]

    def first(connection: Connection) -> None:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("""INSERT INTO verdicts (domain, entry_id, kind, reasons, size, sha256, sha512, mime, inspections,
                judged_at) VALUES ('acme', 'e', 'clean', '[]', 5, 'ab', 'cd', 'text/plain', :found, :at)"""),
            {"found": json.dumps(found), "at": "2026-03-04 12:00:00.000000"},
        )
        connection.execute(
            text("""INSERT INTO work (domain, entry_id, group_id, path, action, action_source, lane, state, starts,
                attempts, due, outcome, verdict_id, first_seen_at) VALUES ('acme', 'e', 'g', '/Shared/e.txt', 'create',
                'WebUI', 'live', 'done', 1, 0, :at, 'judged', 1, :at)"""),
            {"at": "2026-03-04 12:00:00.000000"},
        )

    database.run_here(first)
    schema.upgrade(database)
    (old,) = database.run_here(all_of)
    assert (old.version.path, old.judged_at, old.learnt) == ("/Shared/e.txt", NOON, None)
    assert old.inspections == (Inspection("rules", "1", seconds=0.1),)
    await database.close()


async def test_facts_are_read_beside_the_owner(tmp_path: Path) -> None:
    async with owner(tmp_path) as ledger:
        run = await _queued(ledger)
        await ledger.settle(run, judged(run.version))
        await ledger.finish(await _queued(ledger, "gone"), Outcome.GONE)
        async with type(ledger).reading(settings(tmp_path), lambda: NOON) as beside:
            found = [one async for page in beside.judged(await beside.stretch(NOON, None)) for one in page]
    assert [(one.version.entry_id, one.learnt) for one in found] == [("e", LEARNT)]


async def _queued(ledger, name="e"):  # type: ignore[no-untyped-def]
    return await ledger._db.run(lambda connection: took(connection, name))
