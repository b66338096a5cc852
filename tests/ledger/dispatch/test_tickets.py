"""Who is claimed next, told by what stands in the tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, update

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import tickets as dispatch
from scanner.ledger.tables import Base, tickets, work
from scanner.ledger.work import working
from scanner.model import EntryId, Lane, Outcome
from tests.ledger.world import NOON, after, queue, rows, took

T = NOON.timestamp()


def claim(connection, limits=None, total=10, at=0.0, lease=60.0, held=()):
    """The entry ids claimed."""
    dispatch.sweep(connection, now=T + at, stale_before=T + at - lease, held=frozenset(held))
    found = dispatch.claim(
        connection,
        limits or {"acme": 10, "bolt": 10},
        total,
        manager="me",
        now=T + at,
        held=frozenset(held),
    )
    return [one.entry_id for one in found]


def suspect(connection, name: str, lane: Lane = Lane.LIVE) -> None:
    queue(connection, name, lane=lane)
    connection.execute(update(work).where(work.c.entry_id == name).values(attempts=2))
    dispatch.put_back(connection, "acme", EntryId(name), NOON, suspect=True)


def test_the_lanes_go_in_order_and_within_a_lane_the_oldest_goes_first(database: Database):
    def act(connection):
        for lane, names in [
            (Lane.BACKFILL, "ab"),
            (Lane.RESCAN, "c"),
            (Lane.RECONCILE, "d"),
            (Lane.LIVE, "ef"),
        ]:
            queue(connection, *names, lane=lane)
        return claim(connection)

    assert database.run_here(act) == ["e", "f", "d", "c", "a", "b"]


def test_lanes_go_in_order_across_domains(database: Database):
    def act(connection):
        queue(connection, "a", lane=Lane.BACKFILL)
        queue(connection, "b", lane=Lane.LIVE, domain="bolt")
        return claim(connection, total=1) + claim(connection, total=1)

    assert database.run_here(act) == ["b", "a"]


@pytest.mark.parametrize(
    ("limits", "total", "expected"),
    [
        ({"acme": 2, "bolt": 1}, 10, ["a1", "b1", "a2"]),
        ({"acme": 10, "bolt": 10}, 4, ["a1", "b1", "a2", "b2"]),
        ({"acme": 10}, 10, ["a1", "a2", "a3"]),
        ({"acme": 0, "bolt": 1}, 10, ["b1"]),
        ({"acme": 10, "bolt": 10}, 0, []),
        ({"acme": 10, "bolt": 10}, -1, []),
    ],
)
def test_each_domain_has_its_limit_and_all_have_one(database: Database, limits, total, expected):
    def act(connection):
        queue(connection, "a1", "a2", "a3")
        queue(connection, "b1", "b2", domain="bolt")
        return claim(connection, limits, total)

    assert database.run_here(act) == expected


def test_a_domain_with_nothing_in_work_goes_before_the_backlog_of_another(database: Database):
    def act(connection):
        queue(connection, *(f"a{number}" for number in range(9)))
        first = claim(connection, total=4)
        queue(connection, "b1", "b2", domain="bolt")
        queue(connection, "late", lane=Lane.BACKFILL, domain="bolt")
        return first, claim(connection, total=1), claim(connection, total=3)

    assert database.run_here(act) == (["a0", "a1", "a2", "a3"], ["b1"], ["b2", "a4", "a5"])


def test_what_is_running_counts_towards_its_domains_limit(database: Database):
    def act(connection):
        queue(connection, "a", "b", "c")
        limits = {"acme": 2}
        return claim(connection, limits, total=1), claim(connection, limits), claim(connection, limits)

    assert database.run_here(act) == (["a"], ["b"], [])


def test_a_ticket_is_claimed_once_and_with_its_owner(database: Database):
    def act(connection):
        queue(connection, "a")
        first, second = claim(connection), claim(connection)
        return first, second, rows(connection, tickets, "status", "manager", "heartbeat")

    assert database.run_here(act) == (["a"], [], [("picked", "me", T)])


def test_a_silent_workers_ticket_is_claimed_again_after_the_lease(database: Database):
    def act(connection):
        queue(connection, "a")
        return [claim(connection, at=at) for at in (0, 60, 61)]

    assert database.run_here(act) == [["a"], [], ["a"]]


def test_a_worker_that_beats_keeps_its_ticket(database: Database):
    def act(connection):
        queue(connection, "a")
        claim(connection)
        dispatch.beat(connection, [1], T + 30)
        return [claim(connection, at=at) for at in (61, 90, 91)]

    assert database.run_here(act) == [[], [], ["a"]]


def test_the_callers_own_tickets_are_left_alone_and_hide_no_others(database: Database):
    def act(connection):
        queue(connection, "a", "b", "c")
        claim(connection, total=1)  # a, in hand, and silent for too long
        dispatch.put_back(connection, "acme", EntryId("b"), NOON, suspect=False)  # put back, but still in hand
        return claim(connection, total=1, at=100, held=(1, 2)), rows(connection, tickets, "status")

    assert database.run_here(act) == (["c"], [("picked",), ("queued",), ("picked",)])


def test_silent_workers_tickets_wait_for_their_turn_and_their_limit_like_others(database: Database):
    def act(connection):
        queue(connection, "old", "older", lane=Lane.BACKFILL)
        claim(connection)
        queue(connection, "new")
        return claim(connection, {"acme": 2}, at=100)

    assert database.run_here(act) == ["new", "old"]


def test_a_silent_workers_ticket_is_a_suspect_after_two_attempts(database: Database):
    def act(connection):
        queue(connection, "a", "b")
        claim(connection)
        for _ in range(2):
            took(connection, "a")
        took(connection, "b")
        return claim(connection, at=100), rows(connection, tickets, "entrypoint")

    # a is older than b, and so has its turn before it, alone.
    assert database.run_here(act) == (["a"], [("suspect",), ("acme",)])


@pytest.mark.parametrize(("at", "expected"), [(29.9, []), (30.0, ["a"])])
def test_what_was_put_back_is_claimed_from_its_moment_on(database: Database, at, expected):
    def act(connection):
        queue(connection, "a")
        claim(connection)
        dispatch.put_back(connection, "acme", EntryId("a"), after(30), suspect=False)
        return claim(connection, at=at)

    assert database.run_here(act) == expected


def test_what_waits_for_its_moment_hides_nothing_that_is_due(database: Database):
    """Nor is it passed over at each claim: in an outage it is most of what there is."""

    def act(connection):
        queue(connection, *(f"w{number}" for number in range(20)), "due")
        for number in range(20):
            dispatch.put_back(connection, "acme", EntryId(f"w{number}"), after(900), suspect=False)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {dispatch._PROMOTE}", ("queued", "waiting", T)).all()
        return claim(connection, total=1), [row.detail for row in plan]

    claimed, plan = database.run_here(act)
    assert claimed == ["due"]
    assert plan == ["SEARCH tickets USING INDEX ix_tickets_waiting (status=? AND execute_after<?)"]


def test_a_new_ticket_for_work_that_is_not_due_waits(database: Database):
    def act(connection):
        queue(connection, "a")
        connection.execute(update(work).values(state="waiting", due=after(30)))
        connection.execute(delete(tickets))
        dispatch.reconcile(connection)
        return [claim(connection, at=at) for at in (0, 29.9, 30)]

    assert database.run_here(act) == [[], [], ["a"]]


def test_the_next_moment_is_that_of_the_first_ticket_not_due_yet(database: Database):
    def act(connection):
        queue(connection, "due", "soon", "later", "claimed")
        for name, at in [("soon", 30), ("later", 60), ("claimed", 10)]:
            dispatch.put_back(connection, "acme", EntryId(name), after(at), suspect=False)
        connection.execute(update(tickets).where(tickets.c.entry_id == "claimed").values(status="picked"))
        return [dispatch.next_due(connection, T + at) for at in (0, 30, 60)]

    assert database.run_here(act) == [T + 30, T + 60, None]


def test_a_suspect_waits_until_it_is_alone_and_then_nothing_starts_beside_it(database: Database):
    def act(connection):
        queue(connection, "running")
        claim(connection)
        suspect(connection, "s")
        queue(connection, "younger")
        while_others_run = claim(connection)
        dispatch.drop(connection, "acme", EntryId("running"))
        alone, beside = claim(connection), claim(connection)
        dispatch.drop(connection, "acme", EntryId("s"))
        return while_others_run, alone, beside, claim(connection)

    assert database.run_here(act) == ([], ["s"], [], ["younger"])


def test_a_suspect_waits_for_what_is_still_in_hand(database: Database):
    def act(connection):
        suspect(connection, "s")
        return claim(connection, held=(99,)), claim(connection)

    assert database.run_here(act) == ([], ["s"])


def test_suspects_run_one_at_a_time(database: Database):
    def act(connection):
        suspect(connection, "s1")
        suspect(connection, "s2")
        first = claim(connection)
        dispatch.drop(connection, "acme", EntryId("s1"))
        return first, claim(connection)

    assert database.run_here(act) == (["s1"], ["s2"])


def test_a_suspect_of_a_later_lane_does_not_hold_up_an_earlier_one(database: Database):
    def act(connection):
        suspect(connection, "s", Lane.BACKFILL)
        queue(connection, "live")
        queue(connection, "last", lane=Lane.BACKFILL)
        first = claim(connection)
        dispatch.drop(connection, "acme", EntryId("live"))
        return first, claim(connection)

    assert database.run_here(act) == (["live"], ["s"])


@given(
    puts=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.sampled_from(Lane), st.booleans()), max_size=14
    ),
    limits=st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.integers(0, 3)}),
    total=st.integers(1, 4),
)
@settings(max_examples=80, deadline=None)
def test_whatever_waits_all_of_it_has_its_turn_and_no_limit_is_passed(puts, limits, total):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        for domain, number, lane, bad in puts:
            dispatch.put(connection, domain, EntryId(str(number)), lane, NOON, suspect=bad)
        reachable = {
            (row[0], row[1])
            for row in rows(connection, tickets, "domain", "entry_id", "entrypoint")
            if row[2] == "suspect" or limits[row[0]]
        }
        seen = []
        while found := dispatch.claim(connection, limits, total, manager="m", now=T, held=frozenset()):
            ordinary = [one.domain for one in found if one.entrypoint != "suspect"]
            assert len(found) <= total
            assert all(ordinary.count(domain) <= limits[domain] for domain in "ab")
            assert len(found) == 1 or len(ordinary) == len(found)
            seen += [(one.domain, one.entry_id) for one in found]
            for one in found:
                dispatch.drop(connection, one.domain, one.entry_id)
    engine.dispose()
    assert (len(seen), set(seen)) == (len(set(seen)), reachable)


def test_open_work_without_a_ticket_gets_one_of_its_lane_and_moment(database: Database):
    def act(connection):
        queue(connection, "kept")
        queue(connection, "live", "bad")
        queue(connection, "back", lane=Lane.BACKFILL)
        connection.execute(update(work).where(work.c.entry_id == "back").values(state="waiting", due=after(30)))
        connection.execute(update(work).where(work.c.entry_id == "bad").values(state="running", attempts=2))
        working.finish(connection, took(connection, "done"), Outcome.GONE, None, NOON)
        connection.execute(delete(tickets).where(tickets.c.entry_id != "kept"))
        found = dispatch.reconcile(connection), dispatch.reconcile(connection)
        return found, rows(connection, tickets, "entry_id", "entrypoint", "rank", "status", "execute_after")

    found, there = database.run_here(act)
    assert found == (3, 0)
    assert sorted(there) == [
        ("back", "acme", 40, "waiting", T + 30),
        ("bad", "suspect", 10, "waiting", T),
        ("kept", "acme", 10, "queued", T),
        ("live", "acme", 10, "waiting", T),
    ]


def test_at_its_start_the_owner_makes_everything_open_due_at_once(database: Database):
    def act(connection):
        queue(connection, "queued", "retry", "running", "waiting", "bad")
        working.finish(connection, took(connection, "done"), Outcome.GONE, None, NOON)
        claim(connection, total=5)
        took(connection, "running")
        connection.execute(update(work).where(work.c.entry_id == "waiting").values(state="waiting", due=after(900)))
        connection.execute(update(work).where(work.c.entry_id == "retry").values(due=after(900)))
        connection.execute(update(work).where(work.c.entry_id == "bad").values(attempts=2, state="running"))
        dispatch.reopen(connection, after(60))
        return (
            rows(connection, work, "entry_id", "state", "token", "due"),
            rows(connection, tickets, "entry_id", "status", "manager", "entrypoint", "execute_after"),
        )

    worked, there = database.run_here(act)
    assert worked == [
        ("bad", "queued", None, after(60)),
        ("done", "done", None, NOON),
        *((name, "queued", None, after(60)) for name in ("queued", "retry", "running", "waiting")),
    ]
    due = T + 60
    assert there == [
        *((name, "queued", None, "acme", due) for name in ("queued", "retry", "running", "waiting")),
        ("bad", "queued", None, "suspect", due),
    ]


def test_a_ticket_that_is_there_stays_as_it_is(database: Database):
    def act(connection):
        queue(connection, "a")
        claim(connection)
        dispatch.put(connection, "acme", EntryId("a"), Lane.BACKFILL, after(9))
        return rows(connection, tickets, "status", "rank", "execute_after")

    assert database.run_here(act) == [("picked", 10, T)]
