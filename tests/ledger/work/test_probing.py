"""Of a probe is known what a crash must not forget, and its version is ours whoever tells of it first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.work import intake, made, probing, working
from scanner.ledger.work.probing import KEPT, Leg, Probe, Probes, probes
from scanner.metrics.families import PROBE_LEGS
from scanner.model import EntryId, Event, GroupId, Lane, Queued, Skip, Skipped
from tests.ledger.world import NOON, after, event, rows, version

PATH = "/Shared/Probe/random.txt"
DAY = timedelta(days=1)


def begun(connection: Connection, seconds: float = 0) -> Probe:
    return probing.begin(connection, "acme", PATH, "ab", after(seconds))


def put(connection: Connection, probe: Probe, entry: str = "e") -> None:
    probing.uploaded(connection, probe, GroupId(f"g-{entry}"), EntryId(entry), after(1))


def at_path(number: int, name: str, path: str = PATH.upper(), action: str = "create") -> Event:
    return replace(event(number, name), target_path=path, action=action)


def read(connection: Connection, *page: Event) -> None:
    def decide(one, known):
        ours = one.entry_id in known.made
        return Skipped(Skip.OWN_ACTION) if ours else Queued(version(one.entry_id))

    intake.record_events(connection, "acme", page, decide, after(2))


def known(connection: Connection, *names: str) -> set[str]:
    return set(made.among(connection, "acme", [EntryId(name) for name in names]))


def queued(connection: Connection) -> list[str]:
    return [name for (name,) in connection.exec_driver_sql("SELECT entry_id FROM work ORDER BY entry_id")]


def test_the_legs_are_those_of_the_metrics() -> None:
    assert tuple(Leg) == PROBE_LEGS


def test_what_is_begun_is_left_until_it_ends(database: Database) -> None:
    def act(connection: Connection) -> list[list[Probe]]:
        probe = begun(connection)
        found = [probing.left(connection, "acme"), probing.left(connection, "bolt")]
        put(connection, probe)
        found.append(probing.left(connection, "acme"))
        probing._set(connection, probe.id, ended_at=after(9))
        return [*found, probing.left(connection, "acme")]

    bare = Probe(1, "acme", PATH, "ab")
    assert database.run_here(act) == [[bare], [], [replace(bare, group_id=GroupId("g-e"), entry_id=EntryId("e"))], []]


def test_the_failure_that_came_first_stands(database: Database) -> None:
    def act(connection: Connection) -> None:
        probe = begun(connection)
        probing.failed(connection, probe.id, "scan", "x" * 9_999)
        probing.failed(connection, probe.id, "cleanup", "later")

    database.run_here(act)
    assert database.run_here(lambda c: rows(c, probes, "failed", "trouble")) == [("scan", "x" * 500)]


def test_only_one_that_failed_nowhere_came_through(database: Database) -> None:
    def act(connection: Connection) -> object:
        found = [probing.last(connection, "acme")]
        for number in (1, 2):
            probe = begun(connection, 10 * number)
            if number == 2:
                probing.failed(connection, probe.id, "scan", "")
            probing._set(connection, probe.id, ended_at=after(10 * number + 5))
            found.append(probing.last(connection, "acme"))
        return found

    assert database.run_here(act) == [(None, None), (after(10), after(15)), (after(20), after(15))]


def test_old_ones_are_forgotten_but_not_what_did_not_end(database: Database) -> None:
    def act(connection: Connection) -> list[int]:
        for seconds in (0, 1):
            begun(connection, seconds)
        probing._set(connection, 1, ended_at=NOON)
        probing.begin(connection, "acme", PATH, "ab", NOON + KEPT + DAY)
        return [one.id for one in probing.left(connection, "acme")]

    assert database.run_here(act) == [2, 3]
    assert database.run_here(lambda c: rows(c, probes, "id")) == [(2,), (3,)]


def test_its_version_is_ours_also_where_the_event_is_read_before_the_answer(database: Database) -> None:
    def act(connection: Connection) -> object:
        probe = begun(connection)
        read(connection, at_path(1, "e"))
        put(connection, probe)
        return known(connection, "e"), queued(connection), probing.event_came(connection, "acme", EntryId("e"))

    assert database.run_here(act) == ({"e"}, [], True)


def test_its_version_is_ours_also_where_a_listing_shows_it_before_the_answer(database: Database) -> None:
    def act(connection: Connection) -> list[object]:
        probe = begun(connection)
        listed = [replace(version(name), path=path) for name, path in (("e", PATH.upper()), ("f", "/Shared/f.txt"))]
        counts = [intake.queue_versions(connection, listed, Lane.LIVE, after(2)) for _ in range(2)]
        put(connection, probe)
        later = intake.queue_versions(connection, [replace(version("g"), path=PATH)], Lane.LIVE, after(3))
        return [counts, later, queued(connection), known(connection, "e", "f", "g")]

    assert database.run_here(act) == [[1, 0], 1, ["f", "g"], {"e"}]


def test_what_comes_after_it_at_the_same_path_is_scanned(database: Database) -> None:
    def act(connection: Connection) -> object:
        probe = begun(connection)
        read(connection, at_path(1, "e"), at_path(2, "other"))
        put(connection, probe)
        read(connection, at_path(3, "third"), at_path(4, "fourth", "/Shared/Probe/else.txt"))
        return queued(connection)

    assert database.run_here(act) == ["fourth", "other", "third"]


def test_somebodys_version_taken_for_it_is_looked_for_by_a_walk(database: Database) -> None:
    def act(connection: Connection) -> object:
        probe = begun(connection)
        read(connection, at_path(1, "other"))
        before = known(connection, "e", "other")
        put(connection, probe)
        walks = [path for (path,) in connection.exec_driver_sql("SELECT path FROM walks")]
        return before, known(connection, "e", "other"), walks

    assert database.run_here(act) == ({"other"}, {"e"}, ["/Shared/Probe"])


async def test_the_ticket_of_a_probe_has_no_work_and_is_dropped_by_whoever_takes_it(database: Database) -> None:
    woken: list[bool] = []
    wanted = Probes(database, lambda: NOON, lambda: woken.append(True))
    await wanted.call_worker("acme", EntryId("e"))

    def act(connection: Connection) -> object:
        count = "SELECT count(*) FROM tickets"
        before = connection.exec_driver_sql(count).scalar()
        taken = working.take(connection, "acme", EntryId("e"))
        return before, taken, connection.exec_driver_sql(count).scalar()

    assert (database.run_here(act), woken) == ((1, None, 0), [True])
