"""The feed: its cursor, what happens when the platform loses our place, and how long it rests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.port import EventPage
from scanner.errors import BadAnswer, CloudUnavailable, CursorExpired, Forbidden, RetryLater, ScannerError, Throttled
from scanner.events.feed import PAGES_PER_POLL, REFUSED_WAIT, Feed, Poll
from scanner.model import Cursor
from scanner.settings import EventSettings
from tests.events.places import NOON, Clock, Journal, State, Store, queue_all, upload
from tests.events.virtual import in_virtual_time


def settings(**values: object) -> EventSettings:
    return EventSettings.model_validate({"page": 4, "min_interval": "50ms", "max_interval": "400ms", **values})


def feed_of(store: Store, journal: Journal, *, clock: Clock | None = None, **values: object) -> Feed:
    return Feed("acme", store, journal, queue_all, settings(**values), clock or Clock(), lambda: 0.0)


def ids(poll: Poll) -> list[int]:
    return [event.id for event, _ in poll.settled]


async def test_a_first_start_from_now_leaves_the_past_alone() -> None:
    store, journal = Store([upload(1), upload(2)]), Journal()
    feed = feed_of(store, journal)

    assert await feed.poll() == Poll((), Cursor(2), "first_start")
    store.events.append(upload(3))
    assert ids(await feed.poll()) == [3]
    assert journal.state == State(Cursor(3), upload(3).occurred_at)


@pytest.mark.parametrize(("before_oldest_is_fine", "read"), [(True, [7, 8]), (False, [8])])
async def test_a_first_start_from_the_oldest_includes_it_where_the_platform_gives_it(
    before_oldest_is_fine: bool, read: list[int]
) -> None:
    store = Store([upload(7), upload(8)], oldest=7, before_oldest_is_fine=before_oldest_is_fine)
    journal = Journal()

    poll = await feed_of(store, journal, start="oldest").poll()

    assert (ids(poll), poll.reset, journal.gaps) == (read, "first_start", [])


async def test_a_domain_in_which_nothing_ever_happened_is_not_asked_for_an_id_below_nought() -> None:
    store, journal = Store([], oldest=0), Journal()
    await feed_of(store, journal, start="oldest").poll()
    assert store.asked == [0]


async def test_full_pages_are_read_on_until_a_short_one() -> None:
    store, journal = Store([upload(number) for number in range(1, 12)]), Journal(State(Cursor(0)))

    poll = await feed_of(store, journal).poll()

    assert ids(poll) == list(range(1, 12))
    assert store.asked == [0, 4, 8]
    assert (poll.outcome, poll.more, poll.cursor) == ("success", False, 11)


async def test_a_very_long_history_is_reported_in_parts() -> None:
    store = Store([upload(number) for number in range(1, 4 * PAGES_PER_POLL + 2)])
    feed = feed_of(store, Journal(State(Cursor(0))))

    first, second = await feed.poll(), await feed.poll()

    assert (len(first.settled), first.more) == (4 * PAGES_PER_POLL, True)
    assert (ids(second), second.more) == ([4 * PAGES_PER_POLL + 1], False)


async def test_what_was_recorded_before_trouble_is_reported_and_the_trouble_comes_again() -> None:
    down = CloudUnavailable("down")
    store = Store([upload(number) for number in range(1, 7)], trouble=[None, down, down])
    feed = feed_of(store, Journal(State(Cursor(0))))

    first = await feed.poll()
    assert (ids(first), first.more) == ([1, 2, 3, 4], True)
    with pytest.raises(CloudUnavailable, match="down"):
        await feed.poll()
    assert ids(await feed.poll()) == [5, 6]


@pytest.mark.parametrize(("before_oldest_is_fine", "read"), [(True, [20, 21]), (False, [21])])
async def test_a_cursor_that_aged_out_leaves_a_gap_and_the_feed_goes_on_from_the_oldest(
    before_oldest_is_fine: bool, read: list[int]
) -> None:
    store = Store([upload(20), upload(21)], oldest=20, before_oldest_is_fine=before_oldest_is_fine)
    journal = Journal(State(Cursor(5), upload(5).occurred_at))

    poll = await feed_of(store, journal).poll()

    assert (ids(poll), poll.reset) == (read, "expired")
    assert journal.gaps == [("expired", upload(5).occurred_at, upload(read[0]).occurred_at)]


async def test_a_first_start_takes_a_domain_whose_every_event_has_aged_out() -> None:
    store, journal = Store([], oldest=10, before_oldest_is_fine=False), Journal(None)

    poll = await feed_of(store, journal).poll()

    assert (ids(poll), poll.cursor, poll.reset, journal.gaps) == ([], 9, "first_start", [])


async def test_a_gap_without_a_later_event_reaches_to_now() -> None:
    store, journal = Store([], oldest=20), Journal(State(Cursor(5)))

    poll = await feed_of(store, journal).poll()

    assert (poll.cursor, journal.gaps) == (19, [("expired", None, NOON)])


async def test_a_cursor_beyond_the_latest_event_means_a_restored_domain() -> None:
    store, journal = Store([upload(1), upload(2)]), Journal(State(Cursor(900), upload(900).occurred_at))

    poll = await feed_of(store, journal).poll()

    assert (ids(poll), poll.reset) == ([1, 2], "lost")
    assert journal.gaps == [("lost", upload(900).occurred_at, NOON)]
    assert journal.state is not None
    assert journal.state.cursor == 2


async def test_a_feed_that_accepts_no_id_waits_and_records_nothing() -> None:
    class Refusing(Store):
        async def events_after(self, cursor: Cursor, count: int) -> EventPage:
            raise CursorExpired("any")

    journal = Journal(State(Cursor(5)))
    with pytest.raises(CloudUnavailable, match="neither its oldest nor its latest"):
        await feed_of(Refusing([upload(20)]), journal).poll()
    assert journal == Journal(State(Cursor(5)))


async def test_a_quiet_feed_moves_on_to_a_latest_id_read_before_an_empty_poll() -> None:
    store, journal, clock = Store([upload(1)], hidden_latest=500), Journal(State(Cursor(1))), Clock()
    feed = feed_of(store, journal, clock=clock)

    assert (await feed.poll()).cursor == 500
    store.hidden_latest = 900
    clock.pass_by(minutes=59)
    assert (await feed.poll()).cursor == 500
    clock.pass_by(minutes=1)
    assert (await feed.poll()).cursor == 900
    assert (store.ranges, journal.state) == (2, State(Cursor(900)))


async def test_an_active_feed_does_not_spend_calls_on_the_ends_of_the_store() -> None:
    store, journal, clock = Store([upload(1)]), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock)
    for number in range(2, 6):
        await feed.poll()
        clock.pass_by(hours=2)
        store.events.append(upload(number))

    assert store.ranges == 1


async def test_an_event_that_shows_below_one_already_read_is_read_too() -> None:
    store, journal, clock = Store([upload(1), upload(3)]), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock)
    await feed.poll()
    store.events += [upload(2), upload(4)]
    clock.pass_by(seconds=30)

    assert ids(await feed.poll()) == [2, 4]
    assert journal.state == State(Cursor(4), upload(4).occurred_at)


async def test_an_event_that_shows_late_is_read_also_where_the_feed_rested_for_long() -> None:
    store, journal, clock = Store([upload(1), upload(3)]), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock)
    await feed.poll()
    store.events.append(upload(2))
    clock.pass_by(hours=5)
    assert ids(await feed.poll()) == [2]
    clock.pass_by(hours=5)
    assert [ids(await feed.poll()), ids(await feed.poll())] == [[], []]
    assert store.asked[-2:] == [1, 3]


async def test_an_event_that_shows_late_is_read_also_after_a_restart() -> None:
    store, journal, clock = Store([upload(1), upload(3)]), Journal(State(Cursor(0))), Clock()
    await feed_of(store, journal, clock=clock).poll()
    store.events.append(upload(2))
    clock.pass_by(hours=5)

    assert ids(await feed_of(store, journal, clock=clock).poll()) == [2]


async def test_an_event_that_shows_late_among_ids_that_were_passed_over_is_read_too() -> None:
    store, journal, clock = Store([upload(1)], hidden_latest=500), Journal(State(Cursor(1))), Clock()
    feed = feed_of(store, journal, clock=clock)
    assert (await feed.poll()).cursor == 500
    store.events.append(upload(499))
    clock.pass_by(seconds=30)

    assert ids(await feed.poll()) == [499]
    assert (await feed.poll()).cursor == 500


def busy(*late: int) -> Store:
    """Forty events within the minute after noon; some of them show later."""
    return Store([upload(number) for number in range(1, 41) if number not in late])


async def test_on_a_busy_feed_what_shows_late_far_below_the_cursor_is_read_a_minute_later() -> None:
    store, journal, clock = busy(5, 20), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock, page=10)
    await feed.poll()
    store.events += [upload(5), upload(20)]
    clock.pass_by(seconds=30)
    assert ids(await feed.poll()) == []
    clock.pass_by(seconds=31)
    assert sorted(ids(await feed.poll())) == [5, 20]
    assert journal.state == State(Cursor(40), upload(40).occurred_at)


async def test_what_was_to_be_read_again_on_a_busy_feed_is_so_also_after_a_restart() -> None:
    store, journal, clock = busy(5, 20), Journal(State(Cursor(0))), Clock()
    await feed_of(store, journal, clock=clock, page=10).poll()
    store.events += [upload(5), upload(20)]
    again = feed_of(store, journal, clock=clock, page=10)
    assert ids(await again.poll()) == []
    clock.pass_by(seconds=61)
    assert sorted(ids(await again.poll())) == [5, 20]


@pytest.mark.parametrize("trouble", [CloudUnavailable("down"), Forbidden("no right", 403), BadAnswer("no JSON", 200)])
async def test_a_second_reading_that_fails_is_made_up_for(trouble: ScannerError) -> None:
    store, journal, clock = busy(5), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock, page=10)
    await feed.poll()
    store.events.append(upload(5))
    clock.pass_by(seconds=61)
    store.trouble = [None, trouble]
    assert ids(await feed.poll()) == []
    assert ids(await feed.poll()) == [5]


async def test_a_second_reading_of_what_aged_out_is_given_up() -> None:
    store, journal, clock = busy(), Journal(State(Cursor(0))), Clock()
    feed = feed_of(store, journal, clock=clock, page=10)
    await feed.poll()
    store.forget_before(40)
    clock.pass_by(seconds=61)
    assert ids(await feed.poll()) == []
    before = len(store.asked)
    await feed.poll()
    assert (len(store.asked) - before, journal.gaps) == (1, [])


async def test_a_backlog_is_read_once() -> None:
    store, journal, clock = busy(), Journal(State(Cursor(0))), Clock()
    clock.pass_by(hours=1)
    feed = feed_of(store, journal, clock=clock, page=10)
    await feed.poll()
    asked = len(store.asked)
    clock.pass_by(seconds=61)
    await feed.poll()
    assert len(store.asked) == asked + 1


async def test_reading_again_falls_back_to_the_cursor_where_the_store_ends_above() -> None:
    store, journal = Store([upload(1), upload(2)]), Journal(State(Cursor(0)))
    feed = feed_of(store, journal)
    await feed.poll()
    store.events.append(upload(3))
    store.forget_before(3)

    assert ids(await feed.poll()) == [3]
    assert journal.gaps == []


async def test_a_refused_feed_is_asked_again_only_after_long() -> None:
    store = Store(trouble=[Forbidden("no right", 403)])

    with pytest.raises(RetryLater, match="the feed was refused: no right") as caught:
        await feed_of(store, Journal(State(Cursor(0)))).poll()
    assert caught.value.after == REFUSED_WAIT


@given(
    batches=st.lists(st.lists(st.integers(1, 30), max_size=9), max_size=6),
    troubles=st.lists(st.sampled_from([None, None, CloudUnavailable("down")]), max_size=12),
    restarts=st.sets(st.integers(0, 6)),
)
def test_whatever_stops_it_every_event_is_recorded_once_and_the_cursor_covers_only_recorded_ones(
    batches: list[list[int]], troubles: list[ScannerError | None], restarts: set[int]
) -> None:
    async def history() -> None:
        store, journal, highest = Store(trouble=list(troubles)), Journal(State(Cursor(0))), 0
        feed = feed_of(store, journal)
        for turn, steps in enumerate([*batches, *([[]] * (len(troubles) + 1))]):
            if turn in restarts:
                feed = feed_of(store, journal)
            for step in steps:
                highest += step
                store.events.append(upload(highest))
            try:
                await feed.poll()
            except RetryLater:
                continue
            assert journal.state is not None
            covered = {event.id for event in store.events if event.id <= journal.state.cursor}
            assert covered == set(journal.recorded)
        assert set(journal.recorded) == {event.id for event in store.events}

    asyncio.run(history())


class Following:
    """A feed being followed, with what it reported and when it polled."""

    def __init__(self, store: Store, **values: object) -> None:
        self.stop, self.wake = asyncio.Event(), asyncio.Event()
        self.polls: list[Poll] = []
        self.troubles: list[RetryLater] = []
        self.times: list[float] = []
        feed = Feed("acme", store, Journal(State(Cursor(0))), queue_all, settings(**values), Clock(), lambda: 0.0)
        self.task = asyncio.create_task(feed.follow(self.stop, self._polled, self._troubled, self.wake))

    def _polled(self, poll: Poll) -> None:
        self.times.append(asyncio.get_running_loop().time())
        self.polls.append(poll)

    def _troubled(self, trouble: RetryLater) -> None:
        self.times.append(asyncio.get_running_loop().time())
        self.troubles.append(trouble)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not reached():
                await asyncio.sleep(0.005)

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 1)

    @property
    def rests(self) -> list[float]:
        return [round(later - sooner, 3) for sooner, later in zip(self.times, self.times[1:], strict=False)]


@in_virtual_time
async def test_rests_double_while_nothing_happens_and_are_short_again_after_an_event() -> None:
    store = Store()
    following = Following(store)
    await following.until(lambda: len(following.polls) == 5)
    store.events.append(upload(1))
    await following.until(lambda: len(following.polls) == 7)
    await following.end()

    assert following.rests == [0.05, 0.1, 0.2, 0.4, 0.4, 0.05]


async def test_chance_shortens_a_rest_but_never_below_the_shortest() -> None:
    store, journal = Store(), Journal(State(Cursor(0)))
    feed = Feed("acme", store, journal, queue_all, settings(), Clock(), lambda: 1.0)

    assert [feed._rest(interval) for interval in (0.05, 0.4)] == [0.05, pytest.approx(0.36)]


@in_virtual_time
async def test_a_wake_polls_at_once() -> None:
    store = Store()
    following = Following(store, min_interval="1h", max_interval="2h")
    await following.until(lambda: len(following.polls) == 1)
    store.events.append(upload(1))
    following.wake.set()
    await following.until(lambda: len(following.polls) == 2)
    await following.end()

    assert ids(following.polls[1]) == [1]


@in_virtual_time
async def test_after_a_wake_that_found_nothing_yet_the_rests_are_short_again() -> None:
    following = Following(Store())
    await following.until(lambda: len(following.polls) == 5)
    following.wake.set()
    await following.until(lambda: len(following.polls) == 8)
    await following.end()

    assert following.rests[:4] + following.rests[5:] == [0.05, 0.1, 0.2, 0.4, 0.05, 0.1]


@in_virtual_time
async def test_what_is_left_of_a_long_history_is_read_without_a_rest() -> None:
    store = Store([upload(number) for number in range(1, 4 * PAGES_PER_POLL + 2)])
    following = Following(store, min_interval="1h", max_interval="2h")
    await following.until(lambda: len(following.polls) == 2)
    await following.end()


@in_virtual_time
async def test_a_throttle_is_obeyed_also_when_woken() -> None:
    throttle = Throttled("slow down", 0.3, "qps")
    following = Following(Store(trouble=[throttle]))
    await following.until(lambda: bool(following.troubles))
    following.wake.set()
    await following.until(lambda: bool(following.polls))
    await following.end()

    assert following.troubles == [throttle]
    assert following.rests[0] == 0.3


@in_virtual_time
async def test_an_absent_platform_is_asked_less_and_less_often() -> None:
    following = Following(Store(trouble=[CloudUnavailable("down") for _ in range(3)]))
    await following.until(lambda: bool(following.polls))
    await following.end()

    assert following.rests == [0.05, 0.1, 0.2]


@in_virtual_time
async def test_the_order_to_stop_ends_a_rest_and_a_poll_under_way() -> None:
    resting = Following(Store(), min_interval="1h", max_interval="2h")
    await resting.until(lambda: len(resting.polls) == 1)
    await resting.end()

    class Silent(Store):
        async def events_after(self, cursor: Cursor, count: int) -> EventPage:
            await asyncio.sleep(3600)
            raise AssertionError

    polling = Following(Silent())
    await asyncio.sleep(0.02)
    await polling.end()
    assert (polling.polls, polling.troubles) == ([], [])
