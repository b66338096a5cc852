"""Which look is found for whom, what speaks against it, and what comes of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from scanner.ledger.databases.database import Database
from scanner.ledger.proofs.proof_tables import audit
from scanner.ledger.reuse import caching
from scanner.ledger.reuse.caching import Absent, Kept, Key, Raised, Why
from scanner.ledger.tables import verdicts, work
from scanner.ledger.work import working
from scanner.model import (
    ContentFacts,
    Inspection,
    Learnt,
    Outcome,
    Plan,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import NOON, after, clean, rows, took, version

SUM = "cd" * 64
KEY = Key(SUM, 5, "g1")
LOOKED = ContentFacts(5, "ab" * 32, SUM, "text/plain", SUM)
LONG_AGO = NOON - timedelta(days=9)


def judged(connection: Connection, name: str, verdict: Verdict, domain: str = "acme") -> int:
    """The version has this verdict, and its work has ended; gives the verdict's id."""
    run = took(connection, name, domain)
    working.record_verdict(connection, run, replace(verdict, version=run.version), Plan(), NOON)
    working.finish(connection, run, Outcome.JUDGED, None, NOON)
    mine = select(work.c.verdict_id).where(work.c.entry_id == name, work.c.domain == domain)
    return int(connection.execute(mine).scalar_one())


def looked(**more: object) -> Verdict:
    """Engines looked, and their look may stand for others."""
    learnt = (Inspection("clamd", "1.4", learnt=Learnt(3, b"packed")),)
    return replace(clean(version("x")), content=LOOKED, generation="g1", inspections=learnt, **more)


def resting(verdict_id: int) -> Verdict:
    return replace(clean(version("x")), content=LOOKED, reused=verdict_id)


def raised(connection: Connection, why: Why, domain: str = "acme", generation: str = "g1") -> None:
    caching.doubt(connection, Raised(why, version("z", domain), None, generation, "it differs"), NOON)


def test_a_look_is_found_with_all_that_it_saw(database: Database) -> None:
    def act(connection: Connection) -> None:
        verdict_id = judged(connection, "a", looked())
        found = caching.find(connection, "other", KEY, LONG_AGO)
        assert isinstance(found, Kept)
        assert (found.verdict_id, found.judged_at, found.generation) == (verdict_id, NOON, "g1")
        assert (found.verdict.content, found.verdict.version) == (LOOKED, version("a"))
        assert found.learnt == Learnt(3, b"packed")

    database.run_here(act)


@pytest.mark.parametrize(
    ("key", "since"),
    [
        (replace(KEY, checksum=SUM[:-1]), LONG_AGO),
        (replace(KEY, checksum=SUM.upper()), LONG_AGO),
        (replace(KEY, checksum="2-1-10485760-" + SUM), LONG_AGO),
        (replace(KEY, size=6), LONG_AGO),
        (replace(KEY, generation="g2"), LONG_AGO),
        (KEY, after(1)),
    ],
)
def test_any_difference_in_the_key_and_age_is_no_look(database: Database, key: Key, since: object) -> None:
    def act(connection: Connection) -> object:
        judged(connection, "a", looked())
        return caching.find(connection, "acme", key, since)

    assert database.run_here(act) is Absent.UNKNOWN


@pytest.mark.parametrize(
    "verdict",
    [
        replace(looked(), generation=""),
        replace(looked(), content=replace(LOOKED, checksum="")),
        replace(looked(), content=None),
        replace(looked(), reused=1),
    ],
)
def test_what_nobody_proved_for_its_own_sake_is_not_kept(database: Database, verdict: Verdict) -> None:
    def act(connection: Connection) -> list[tuple[object, ...]]:
        judged(connection, "a", verdict)
        return rows(connection, caching.cache, "checksum")

    assert database.run_here(act) == []


def test_the_newest_look_counts(database: Database) -> None:
    def act(connection: Connection) -> object:
        judged(connection, "a", looked())
        newer = judged(connection, "b", replace(looked(), kind=VerdictKind.INFECTED))
        found = caching.find(connection, "acme", KEY, LONG_AGO)
        return isinstance(found, Kept) and found.verdict_id == newer

    assert database.run_here(act)


def test_facts_that_were_dropped_are_missing(database: Database) -> None:
    def act(connection: Connection) -> object:
        judged(connection, "a", replace(looked(), inspections=(Inspection("clamd", "1.4"),)))
        found = caching.find(connection, "acme", KEY, LONG_AGO)
        return isinstance(found, Kept) and found.learnt is None

    assert database.run_here(act)


@pytest.mark.parametrize(
    ("why", "domain", "generation", "doubted"),
    [
        (Why.CONTENT, "acme", "g2", True),
        (Why.CONTENT, "other", "g1", False),
        (Why.VERDICT, "other", "g1", True),
        (Why.VERDICT, "acme", "g2", False),
    ],
)
def test_a_doubt_reaches_a_domain_or_a_generation_until_it_is_settled(
    database: Database, why: Why, domain: str, generation: str, doubted: bool
) -> None:
    def act(connection: Connection) -> list[bool]:
        judged(connection, "a", looked())
        raised(connection, why, domain, generation)
        before = caching.find(connection, "acme", KEY, LONG_AGO) is Absent.DOUBTED
        settled = caching.settle(connection, [1, 7], "jdoe", "looked into", after(1))
        now = caching.find(connection, "acme", KEY, LONG_AGO)
        again = caching.settle(connection, [1], "jdoe", "once more", after(2))
        return [before, isinstance(now, Kept), (settled, again) == (1, 0)]

    assert database.run_here(act) == [doubted, True, True]


@pytest.mark.parametrize(
    ("why", "domain", "generation", "back"),
    [
        (Why.CONTENT, "acme", "g2", ["b"]),
        (Why.CONTENT, "other", "g1", ["c"]),
        (Why.VERDICT, "third", "g1", ["b", "c"]),
        (Why.VERDICT, "acme", "g2", []),
    ],
)
def test_clean_versions_that_rest_on_what_is_doubted_are_looked_at(
    database: Database, why: Why, domain: str, generation: str, back: list[str]
) -> None:
    def act(connection: Connection) -> list[str]:
        source = judged(connection, "a", looked())
        judged(connection, "b", resting(source))
        judged(connection, "c", resting(source), domain="other")
        judged(connection, "d", replace(resting(source), kind=VerdictKind.INFECTED))
        raised(connection, why, domain, generation)
        assert caching.put_back(connection, after(1)) == len(back)
        assert caching.put_back(connection, after(1)) == 0
        reopened = select(work.c.entry_id).where(work.c.state == "queued", work.c.lane == "rescan")
        return list(connection.scalars(reopened.order_by(work.c.entry_id)))

    assert database.run_here(act) == back


def test_a_held_plan_that_rests_on_what_is_doubted_is_looked_at_as_well(database: Database) -> None:
    def act(connection: Connection) -> int:
        source = judged(connection, "a", looked())
        run = took(connection, "b")
        flagged = replace(resting(source), kind=VerdictKind.FLAGGED, version=run.version)
        working.record_verdict(connection, run, flagged, Plan(), NOON)
        working.defer(connection, run, None, after(86_400), counts=False)
        raised(connection, Why.CONTENT)
        return caching.put_back(connection, after(1))

    assert database.run_here(act) == 1


def test_old_looks_are_dropped_a_page_at_a_time(database: Database) -> None:
    def act(connection: Connection) -> list[int]:
        judged(connection, "a", looked())
        (known,) = connection.execute(select(caching.cache)).mappings().all()
        many = [{**known, "id": number, "kept_at": LONG_AGO} for number in range(2, 603)]
        connection.execute(caching.cache.insert(), many)
        return [caching.prune(connection, after(-1)) for _ in range(3)]

    assert database.run_here(act) == [500, 101, 0]


def test_what_is_in_the_cache_is_told_with_open_doubts(database: Database) -> None:
    def act(connection: Connection) -> tuple[object, ...]:
        source = judged(connection, "a", looked())
        judged(connection, "b", resting(source))
        raised(connection, Why.CONTENT)
        raised(connection, Why.VERDICT)
        caching.settle(connection, [2], "jdoe", "looked into", NOON)
        found = caching.contents(connection)
        (note,) = found.doubts
        shown = (note.id, note.why, note.domain, note.generation, note.entry_id, note.detail, note.raised_at)
        assert shown == (1, Why.CONTENT, "acme", "g1", "z", "it differs", NOON)
        return found.looks, found.oldest, found.reused, caching.open_doubts(connection)

    assert database.run_here(act) == (1, NOON, 1, 1)


def test_a_verdict_that_rests_on_a_look_names_it(database: Database) -> None:
    def act(connection: Connection) -> object:
        source = judged(connection, "a", looked())
        judged(connection, "b", resting(source))
        assert rows(connection, verdicts, "reused") == [(None,), (source,)]
        return caching.sources(connection, [source])[source]

    assert database.run_here(act) == {"domain": "acme", "entry_id": "a", "judged_at": NOON}


def test_who_doubted_settled_and_forgot_stands_in_the_audit(database: Database) -> None:
    def act(connection: Connection) -> list[tuple[object, ...]]:
        raised(connection, Why.CONTENT)
        caching.settle(connection, [1], "jdoe", "looked into", NOON)
        caching.note_forgotten(connection, "jdoe", "other limits", NOON)
        return rows(connection, audit, "actor", "action")

    assert database.run_here(act) == [("service", "cache"), ("jdoe", "cache"), ("jdoe", "cache")]
