"""Every version on record, page by page."""

from __future__ import annotations

from functools import partial

from sqlalchemy import func, select

from scanner.ledger import exporting
from scanner.ledger.databases.database import Database
from scanner.ledger.exporting import Exported
from scanner.ledger.tables import work
from scanner.model import VerdictKind


def walked(database: Database, domain: str | None, most: int) -> list[Exported]:
    found: list[Exported] = []
    after = None
    while page := database.run_here(partial(exporting.page, domain=domain, after=after, most=most)):
        assert len(page) <= most
        found += page
        after = page[-1].place
    return found


def test_each_version_comes_once_whatever_the_size_of_a_page(filled: Database) -> None:
    whole = walked(filled, None, 1_000)
    assert [walked(filled, None, most) for most in (1, 3)] == [whole, whole]
    places = [one.place for one in whole]
    assert places == sorted(set(places))
    assert len(places) == filled.run_here(lambda c: c.execute(select(func.count()).select_from(work)).scalar_one())


def test_of_one_domain_there_are_its_own(filled: Database) -> None:
    assert {one.row.domain for one in walked(filled, "bolt", 3)} == {"bolt"}
    assert walked(filled, "nowhere", 3) == []


def test_what_ended_without_a_look_is_told_from_what_is_still_open(filled: Database) -> None:
    found = {one.row.entry_id: one for one in walked(filled, "acme", 1_000)}
    assert (found["gone"].ended, found["down"].ended, found["eicar"].ended) == ("gone", None, None)
    assert (found["down"].row.kind, found["eicar"].row.kind) == (VerdictKind.UNCHECKED, VerdictKind.INFECTED)
