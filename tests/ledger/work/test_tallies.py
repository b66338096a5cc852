"""Verdicts are counted in tens of minutes, by reason."""

from datetime import timedelta, timezone

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import tallies as table
from scanner.ledger.work import tallies, working
from scanner.ledger.work.tallies import Tally
from scanner.model import Plan
from tests.ledger.world import NOON, after, clean, infected, rows, took

MINUTE = 60


def judge(connection, name: str, minute: float, *reasons: str) -> None:
    run = took(connection, name)
    if not reasons:
        working.settle(connection, run, clean(run.version), after(minute * MINUTE))
    else:
        working.record_verdict(connection, run, infected(run.version, *reasons), Plan(), after(minute * MINUTE))


def test_each_verdict_counts_once_and_once_for_each_of_its_reasons(database: Database):
    def act(connection):
        judge(connection, "a", 1)
        judge(connection, "b", 9, "Eicar", "rule-1")
        judge(connection, "c", 10, "Eicar")
        return rows(connection, table, "domain", "since", "name", "versions")

    ten = after(10 * MINUTE)
    assert database.run_here(act) == [
        ("acme", NOON, "", 2),
        ("acme", NOON, "Eicar", 1),
        ("acme", NOON, "rule-1", 1),
        ("acme", ten, "", 1),
        ("acme", ten, "Eicar", 1),
    ]


def test_a_stretch_begins_with_the_ten_minutes_it_lies_in_and_ends_before_the_others(database: Database):
    def act(connection):
        for name, minute in (("a", 5), ("b", 15), ("c", 25)):
            judge(connection, name, minute, "Eicar")
        return tallies.tally(connection, "acme", after(12 * MINUTE), after(28 * MINUTE))

    assert database.run_here(act) == Tally(1, {"Eicar": 1})


def test_another_domain_has_seen_nothing(database: Database):
    def act(connection):
        judge(connection, "a", 1, "Eicar")
        return tallies.tally(connection, "bolt", NOON, after(3600))

    assert database.run_here(act) == Tally(0, {})


def test_what_was_found_most_counts_signatures_and_rules_of_all_domains_and_no_gaps(database: Database):
    def act(connection):
        judge(connection, "a", 1, "Old")
        judge(connection, "b", 15, "Eicar", "rule-1")
        judge(connection, "c", 25, "Eicar", "encrypted")
        judge(connection, "d", 25)
        return tallies.found(connection, after(12 * MINUTE))

    assert database.run_here(act) == {"Eicar": 2, "rule-1": 1}


def test_the_ten_minutes_are_those_of_utc_wherever_somebody_is():
    odd = timezone(timedelta(hours=5, minutes=45))
    assert tallies.span_of(after(61).astimezone(odd)) == NOON


def test_what_is_older_than_any_brake_asks_for_is_dropped(database: Database):
    def act(connection):
        judge(connection, "a", 1)
        judge(connection, "b", 25)
        dropped = tallies.prune(connection, after(20 * MINUTE) + tallies.KEPT)
        return dropped, rows(connection, table, "since")

    assert database.run_here(act) == (1, [(after(20 * MINUTE),)])
