"""What a feed is promised by its journal: the ledger keeps it, and so does the journal that the feed's tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.events.journal import FeedJournal
from scanner.ledger.ledger import Ledger
from scanner.model import Cursor, Queued
from scanner.settings import LedgerSettings
from tests.events.places import NOON, Clock, Journal, queue_all, upload


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["ledger", "in memory"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[FeedJournal]:
    if request.param == "in memory":
        yield Journal(clock=clock)
        return
    ledger = await Ledger.open(LedgerSettings(url=f"sqlite:///{tmp_path}/ledger.db"), clock, owner=True)
    yield ledger
    await ledger.close()


async def test_the_newest_events_are_told_and_none_from_before_a_loss(journal: FeedJournal) -> None:
    await journal.start_feed("acme", Cursor(4))
    await journal.record_page("acme", [upload(5), upload(7), upload(8)], Cursor(8), queue_all)
    assert await journal.recent_events("acme", 2) == (5, 7, 8)
    await journal.record_gap("acme", "lost", None, NOON, Cursor(0))
    assert await journal.recent_events("acme", 2) == ()


async def test_what_was_recorded_and_not_read_again_is_owed(journal: FeedJournal, clock: Clock) -> None:
    await journal.start_feed("acme", Cursor(4))
    await journal.record_page("acme", [upload(5), upload(7)], Cursor(7), queue_all)
    assert await journal.owed("acme", clock.now) is None  # nobody has told how far it was read again
    await journal.read_again("acme", 4)
    clock.pass_by(seconds=30)
    await journal.record_page("acme", [upload(9)], Cursor(9), queue_all)
    owed = [await journal.owed("acme", NOON + timedelta(seconds=seconds)) for seconds in (-1, 0, 30)]
    await journal.read_again("acme", 7)
    await journal.read_again("acme", 6)
    assert [*owed, await journal.owed("acme", clock.now)] == [(5, None), (5, 7), (5, 9), (8, 9)]
    await journal.record_gap("acme", "lost", None, NOON, Cursor(0))
    assert await journal.owed("acme", clock.now) is None


async def test_a_page_moves_the_cursor_and_its_events_come_only_once(journal: FeedJournal) -> None:
    assert await journal.feed_state("acme") is None
    await journal.start_feed("acme", Cursor(4))

    first = await journal.record_page("acme", [upload(5), upload(7)], Cursor(7), queue_all)
    again = await journal.record_page("acme", [upload(5), upload(6), upload(7)], Cursor(6), queue_all)

    assert [(event.id, type(disposition)) for event, disposition in first] == [(5, Queued), (7, Queued)]
    assert [event.id for event, _ in again] == [6]
    state = await journal.feed_state("acme")
    assert state is not None
    assert (state.cursor, state.seen_at) == (7, upload(7).occurred_at)


async def test_only_a_gap_sets_the_cursor_back(journal: FeedJournal) -> None:
    await journal.start_feed("acme", Cursor(100))
    await journal.advance("acme", Cursor(90))
    state = await journal.feed_state("acme")
    assert state is not None
    assert (state.cursor, state.seen_at) == (100, None)

    await journal.record_gap("acme", "lost", None, NOON, Cursor(20))
    state = await journal.feed_state("acme")
    assert state is not None
    assert state.cursor == 20
