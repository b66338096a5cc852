from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.clock import DAY_MS
from emulator.eventlog import FIRST_ID, Event, EventLog
from emulator.switches import Switches


def record(log: EventLog, at: int = 0, shows_at: int | None = None) -> Event:
    event = Event(log.next_id(), at, at if shows_at is None else shows_at, 1, 1, "app", "WebUI", "note", "create", {})
    log.append(event)
    return event


def everything(_event: Event) -> bool:
    return True


def test_ids_are_strictly_after_and_ascending() -> None:
    log = EventLog(Switches())
    events = [record(log) for _ in range(5)]
    assert events[0].id == FIRST_ID
    assert log.after(events[1].id, 0, 2, everything) == events[2:4]
    assert log.after(events[1].id, 0, 2, everything, reverse=True) == [events[4], events[3]]


def test_count_and_age_end_events() -> None:
    log = EventLog(Switches(retention_count=3, retention_days=1))
    events = [record(log, at) for at in (0, 10, 20, 30)]
    assert log.oldest(30) is events[1]
    assert log.oldest(DAY_MS + 21) is events[3]
    assert log.oldest(2 * DAY_MS) is None
    assert (len(log), log.last_id) == (0, events[3].id)


def test_an_event_that_does_not_show_yet_is_neither_listed_nor_newest() -> None:
    log = EventLog(Switches())
    late, early = record(log, 0, shows_at=100), record(log, 0)
    assert (log.after(0, 50, 9, everything), log.newest(50)) == ([early], early)
    assert log.after(0, 100, 9, everything) == [late, early]


def test_nothing_visible_means_no_newest() -> None:
    log = EventLog(Switches())
    record(log, 0, shows_at=100)
    assert log.newest(50) is None


def test_every_nth_event_is_late_and_all_have_the_delay() -> None:
    log = EventLog(Switches(event_delay_ms=10, late_every=3, late_ms=100))
    assert [log.delay() for _ in range(6)] == [10, 10, 110, 10, 10, 110]


def test_pruning_says_how_many_went() -> None:
    log = EventLog(Switches())
    for at in range(10):
        record(log, at)
    assert [log.prune(keep=8), log.prune(before=5), log.prune(keep=100), log.prune(keep=0)] == [2, 3, 0, 5]


@given(st.integers(1, 40), st.lists(st.integers(0, 3), max_size=30))
def test_what_is_kept_is_always_the_newest(limit: int, bursts: list[int]) -> None:
    log = EventLog(Switches(retention_count=limit))
    ids: list[int] = []
    for burst in bursts:
        ids += [record(log).id for _ in range(burst)]
        assert [event.id for event in log.after(0, 0, 10_000, everything)] == ids[-limit:]


def test_thousands_of_dropped_events_are_cut_from_the_list() -> None:
    log = EventLog(Switches(retention_count=10))
    events = [record(log) for _ in range(5000)]
    assert (list(log), len(log._events) < 2500) == (events[-10:], True)


def test_a_saved_log_goes_on_where_it_was() -> None:
    log = EventLog(Switches())
    for _ in range(3):
        record(log)
    log.prune(keep=2)
    copy = EventLog(Switches())
    copy.load(log.dump())
    assert (list(copy), copy.next_id()) == (list(log), log.next_id())
