"""What the ledger keeps of suppressions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alembic import command
from sqlalchemy import text

from scanner.ledger import queries, schema
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.orders import suppressing
from scanner.ledger.rows import SuppressionUse
from scanner.ledger.work import working
from scanner.model import Finding, Inspection, Plan, Verdict, VerdictKind
from tests.ledger.world import FACTS, NOON, after, took, version


def judged(name: str, *suppressions: str) -> Verdict:
    findings = tuple(Finding("rules", "a", counts=False, suppression=one) for one in suppressions)
    return Verdict(version(name), VerdictKind.CLEAN, (), (Inspection("rules", "1", findings),), FACTS)


def test_one_is_in_force_since_it_first_was(database: Database) -> None:
    database.run_here(lambda connection: suppressing.note(connection, ["a", "b", "a"], after(0)))
    database.run_here(lambda connection: suppressing.note(connection, ["b", "c"], after(9)))
    since = {name: use.since for name, use in database.run_here(suppressing.uses).items()}
    assert since == {"a": after(0), "b": after(0), "c": after(9)}


def test_a_verdict_in_which_it_took_a_finding_out_of_account_is_a_use(database: Database) -> None:
    def act(connection):
        suppressing.note(connection, ["tool", "idle"], after(0))
        working.settle(connection, took(connection, "e"), judged("e", "tool", "tool", "new"), after(5))
        working.record_verdict(connection, took(connection, "f"), judged("f", "tool"), Plan(), after(7))
        working.settle(connection, took(connection, "g"), judged("g"), after(8))

    database.run_here(act)
    assert database.run_here(suppressing.uses) == {
        "idle": SuppressionUse(after(0)),
        "new": SuppressionUse(after(5), after(5), 1),
        "tool": SuppressionUse(after(0), after(7), 2),
    }
    rows = database.run_here(lambda connection: queries.verdict_rows(connection, None, None, 10))
    assert {row.entry_id: row.suppressed for row in rows} == {"e": ("tool", "new"), "f": ("tool",), "g": ()}
    totals = database.run_here(lambda connection: queries.totals(connection, after(6)))
    assert totals.suppressed == {"tool": 1}


def test_the_name_and_the_reason_come_back_with_the_finding(database: Database) -> None:
    finding = Finding("rules", "a", counts=False, suppression="tool", standing="suppressed by tool: Known.")
    verdict = replace(judged("e"), inspections=(Inspection("rules", "1", (finding,)),))

    def act(connection):
        working.record_verdict(connection, took(connection, "e"), verdict, Plan(), NOON)
        return took(connection, "e").verdict

    assert database.run_here(act) == verdict


async def test_verdicts_of_before_there_were_suppressions_are_kept_and_can_be_read(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "ledger.db")

    def older(connection):
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        finding = '{"engine": "rules", "name": "a", "counts": false}'
        connection.execute(
            text(
                "INSERT INTO verdicts (domain, entry_id, kind, reasons, inspections, judged_at) VALUES "
                '(\'acme\', \'e\', \'clean\', \'[]\', \'[{"engine": "rules", "version": "1", "findings": ['
                + finding.replace(":", "\\:")
                + "]}]', '2026-03-04 12:00:00')"
            )
        )

    database.run_here(older)
    schema.upgrade(database)

    def kept(connection):
        row = connection.execute(text("SELECT kind, suppressed, inspections FROM verdicts")).one()
        return row.kind, row.suppressed, '"counts": false' in row.inspections

    assert database.run_here(kept) == ("clean", None, True)
    assert database.run_here(suppressing.uses) == {}
    await database.close()
