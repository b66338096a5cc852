"""What was decided about a version is known by its verdict that counts."""

from scanner.ledger.databases.database import Database
from scanner.ledger.work import working
from scanner.ledger.work.judgements import judgements
from scanner.model import EntryId, Judgement, Plan, VerdictKind
from tests.ledger.world import FACTS, after, clean, infected, took


def test_each_version_with_a_verdict_is_told_and_no_other(database: Database):
    def act(connection):
        for name, verdict in (("good", clean), ("bad", infected)):
            run = took(connection, name)
            working.record_verdict(connection, run, verdict(run.version), Plan(), after(1))
        took(connection, "open")
        asked = [EntryId(name) for name in ("good", "bad", "open", "unknown")]
        return judgements(connection, "acme", asked), judgements(connection, "bolt", asked)

    told, elsewhere = database.run_here(act)
    assert told == {
        "good": Judgement(VerdictKind.CLEAN, FACTS.sha512, FACTS.size),
        "bad": Judgement(VerdictKind.INFECTED, FACTS.sha512, FACTS.size),
    }
    assert elsewhere == {}
