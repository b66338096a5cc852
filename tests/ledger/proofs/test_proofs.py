"""What commands ask for page by page is all there, each once."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from scanner.errors import LedgerUnavailable
from scanner.ledger.proofs import coverage_queries
from scanner.ledger.proofs.audit import PAGE, Action
from scanner.ledger.proofs.audit_chain import Head, Walker
from scanner.ledger.proofs.coverage import Folders
from scanner.ledger.proofs.coverage_queries import Asked
from scanner.ledger.proofs.statement import Statement
from scanner.ledger.tables import feeds
from scanner.model import Cursor, Lane
from tests.ledger.world import NOON, owner, version


async def test_versions_of_all_domains_are_listed_over_many_pages(tmp_path: Path):
    names = [f"e{number:05}" for number in range(coverage_queries.PAGE + 2)]
    async with owner(tmp_path) as ledger:
        for domain in ("acme", "bolt"):
            await ledger.queue_versions(domain, [version(name, domain) for name in names], Lane.BACKFILL)
        found = [(one.domain, one.entry_id) async for one in ledger.proofs.not_scanned(Asked())]
        account = await ledger.proofs.coverage(Asked("bolt"), Folders({}), elsewhere=True)
    assert found == [(domain, name) for domain in ("acme", "bolt") for name in names]
    assert [(place.domain, place.figures.seen) for place in account.places] == [("bolt", len(names))]


async def test_the_audit_is_told_over_many_pages_and_holds(tmp_path: Path):
    walker = Walker()
    async with owner(tmp_path) as ledger:
        for number in range(PAGE + 2):
            await ledger.proofs.act(Action.STARTED, "service", {"number": number}, by="jdoe")
        broken = [walker.step(entry) async for entry in ledger.proofs.entries()]
        assert (await ledger.proofs.unguarded(), [one.seq async for one in ledger.proofs.entries(PAGE)]) == (
            [],
            [PAGE + 1, PAGE + 2],
        )
    assert (set(broken), walker.head.seq, walker.head != Head()) == ({None}, PAGE + 2, True)


async def test_a_day_of_which_events_were_dropped_is_not_stated(tmp_path: Path):
    def sign(body: str) -> Statement:
        return Statement(body, "cd" * 32, "ef" * 64)

    async with owner(tmp_path) as ledger:
        await ledger.start_feed("acme", Cursor(1))
        held = [await ledger.proofs.first_day_held()]
        await ledger._db.run(lambda c: c.execute(update(feeds).values(pruned_to=NOON)))
        held.append(await ledger.proofs.first_day_held())
        today = partial(ledger.proofs.state, folders=Folders({}), previous=None, sign=sign, by="jdoe")
        with pytest.raises(LedgerUnavailable, match=r"2026-03-04 cannot be stated: not all of its events are held"):
            await today(NOON.date())
        made = await today(date(2026, 3, 5))
    assert (held, made is not None) == ([None, date(2026, 3, 5)], True)
