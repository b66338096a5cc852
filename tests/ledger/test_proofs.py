"""What commands ask for page by page is all there, each once."""

from __future__ import annotations

from pathlib import Path

from scanner.ledger import coverage_queries
from scanner.ledger.audit import PAGE, Action
from scanner.ledger.audit_chain import Head, Walker
from scanner.ledger.coverage import Folders
from scanner.ledger.coverage_queries import Asked
from scanner.model import Lane
from tests.ledger.world import owner, version


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
