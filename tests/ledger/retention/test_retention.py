"""Whatever happened, and whenever old events and walks go: what is known of versions, what is open, and the account of
the time that is still held stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from scanner.ledger.databases.database import Database
from scanner.ledger.proofs.coverage import Coverage, Folders
from scanner.ledger.proofs.coverage_queries import Asked, coverage
from scanner.ledger.retention import old_events, old_walks
from scanner.ledger.tables import verdicts, work
from scanner.ledger.walks import walking
from tests.ledger.retention import invented
from tests.ledger.retention.invented import FOLDERS, Platform
from tests.ledger.world import NOON

KEEP = timedelta(days=60)
SHOWN = timedelta(days=30)
"""How long the platform has an event."""
TICK = timedelta(microseconds=1)
_NUMBERS = count(1)

happens = st.tuples(
    st.sampled_from(["put", "move", "delete", "restore", "delete_folder", "move_folder", "comment"]),
    st.sampled_from(["x", "y"]),
    st.sampled_from(FOLDERS),
    st.sampled_from(["told", "told", "told", "late"]),
)
is_done = st.sampled_from(["look_again", "look_again", "put_off", "lose", "list_all", "again"])
hidden = st.tuples(st.just("hide"), st.sampled_from(["x", "y"]))
steps = st.tuples(
    st.sampled_from([0, 0, 1, 40, 70]),
    st.one_of(happens, happens, is_done.map(lambda act: (act,)), hidden),
    st.sampled_from([("look", "prune"), ("look", "prune"), ("look",), ("prune",), ()]),
)
"""Days that pass, what happens then, and what the service does after it."""
SCENES = (
    # A move that is forgotten, and what becomes of the folder in which the file lay once.
    [(0, ("move", "x", FOLDERS[1], "told"), ("look",)), (70, ("comment", "x", "", "told"), ("prune",))],
    [(0, ("hide", "x"), ()), (0, ("look_again",), ()), (1, ("delete_folder", "", FOLDERS[0], "told"), ("look",))],
    # Walks: one that makes up for a gap, one over a folder that arrived, and time.
    [(0, ("lose",), ()), (1, ("list_all",), ("look", "prune"))],
    [(0, ("move_folder", "", FOLDERS[1], "told"), ()), (0, ("list_all",), ("look",))],
    [(70, ("comment", "x", "", "told"), ("look", "prune"))],
)
scenes = st.one_of(steps.map(lambda step: [step]), st.sampled_from(SCENES))
histories = st.lists(scenes, min_size=6, max_size=14).map(lambda some: [step for scene in some for step in scene])
FOLDER_GONE = (0, ("delete_folder", "x", FOLDERS[0], "told"), ("look", "prune"))
LOOKED_AGAIN = (0, ("look_again",), ("look", "prune"))
TOLD_LATER = [*SCENES[4], FOLDER_GONE, LOOKED_AGAIN, (0, ("put", "x", FOLDERS[0], "told"), ("look",)), *SCENES[1]]
"""The first deletion concerns a file of which nobody knows any more where it lay; the second one does know."""
FIRST = [(0, ("put", name, FOLDERS[0], "told"), ("look",)) for name in ("x", "y")]


@dataclass(frozen=True)
class Told:
    """What a ledger says of one domain in the end."""

    versions: dict[str, tuple[Any, ...]]
    whole: Coverage
    held: Coverage
    """Of the time of which all is held where events went."""
    last_walk: datetime | None


def played(connection: Connection, history: list[Any]) -> tuple[Told, Told, datetime | None]:
    """The same in two domains, in one of which old events go; and up to when they went."""
    number = next(_NUMBERS)
    kept, thinned = f"kept-{number}", f"thinned-{number}"
    platform, shown = Platform(), list[Any]()
    for domain in (kept, thinned):
        invented.told(connection, domain, platform, [])
    for days, (what, *of), after in [*FIRST, *history]:
        platform.now += timedelta(days=days)
        if what == "hide":
            platform.hide(of[0])
        else:
            act(connection, (kept, thinned), platform, shown, what, of)
        if "look" in after:
            act(connection, (kept, thinned), platform, shown, "look", [])
        if "prune" in after:
            thin(connection, thinned, platform.now - KEEP)
    gone = old_events.pruned_to(connection, thinned)
    since = gone + TICK if gone else None
    return said(connection, kept, since), said(connection, thinned, since), gone


def act(
    connection: Connection, domains: tuple[str, str], platform: Platform, shown: list[Any], what: str, of: list[str]
) -> None:
    page = list(pages(platform, shown, what, of))
    for domain in domains:
        if what in ("look", "put_off", "look_again", "lose", "list_all"):
            getattr(invented, what)(connection, domain, platform)
        elif page:
            invented.told(connection, domain, platform, page)
    shown += page


def pages(platform: Platform, shown: list[Any], what: str, of: list[str]) -> Iterator[Any]:
    """The events that the feed shows."""
    if what == "again":
        yield from platform.withheld
        yield from (one for one in shown[-3:] if platform.now - one.occurred_at <= SHOWN)
        platform.withheld.clear()
    elif of:
        name, folder, how = of
        happened = getattr(platform, what)(name, folder)
        if happened is not None and how == "late":
            platform.withheld.append(happened)
        elif happened is not None:
            yield happened


def thin(connection: Connection, domain: str, before: datetime) -> None:
    until = old_events.may_go(connection, domain, before)
    while until is not None and old_events.prune(connection, domain, until):
        pass
    old_walks.prune(connection, domain, before)


def said(connection: Connection, domain: str, since: datetime | None) -> Told:
    columns = (work.c.entry_id, work.c.state, work.c.outcome, work.c.gap_reason, verdicts.c.kind, verdicts.c.judged_at)
    query = select(*columns, work.c.first_seen_at, work.c.done_at, work.c.path)
    found = query.select_from(work.outerjoin(verdicts, verdicts.c.id == work.c.verdict_id)).where(
        work.c.domain == domain
    )
    last = walking.last_whole(connection, domain)
    return Told(
        {row.entry_id: tuple(row) for row in connection.execute(found)},
        account(connection, Asked(domain)),
        account(connection, Asked(domain, since)),
        last and last.finished_at,
    )


def account(connection: Connection, asked: Asked) -> Coverage:
    found = coverage(connection, asked, Folders({asked.domain or "": ["/Shared"]}), elsewhere=True, now=NOON)
    return replace(
        found,
        places=tuple(replace(one, domain="") for one in found.places),
        events=tuple(replace(one, domain="") for one in found.events),
        gaps=tuple(replace(one, domain="") for one in found.gaps),
        unlisted=tuple(replace(one, domain="") for one in found.unlisted),
    )


def less_sure(kept: tuple[Any, ...], thinned: tuple[Any, ...]) -> bool:
    """A deletion was told of the folder in which the file lay, and nobody knows any more that it did: given up instead
    of gone, or gone only when something later told so. Never the other way round."""
    given_up = thinned[1:5] == ("parked", "failed", "not-found", "unchecked")
    told_later = thinned[7] > kept[7] and (*thinned[:7], thinned[8]) == (*kept[:7], kept[8])
    return kept[1:3] == ("done", "gone") and (given_up or told_later)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(history=histories)
@example(history=[*SCENES[0], *SCENES[1]])
@example(history=TOLD_LATER)
def test_what_goes_changes_nothing_that_is_known(database: Database, history: list[Any]) -> None:
    kept, thinned, gone = database.run_here(lambda connection: played(connection, history))
    assert kept.versions.keys() == thinned.versions.keys()
    differ = {one for one in kept.versions if kept.versions[one] != thinned.versions[one]}
    assert {one for one in differ if not less_sure(kept.versions[one], thinned.versions[one])} == set()
    assert {one for one in differ if gone is None or kept.versions[one][6] > gone} == set()
    assert (kept.held.events, kept.held.gaps) == (thinned.held.events, thinned.held.gaps)
    assert (thinned.held.unheld, thinned.held.counted) == ((), True)
    assert [one.until for one in thinned.whole.unheld] == ([] if gone is None else [gone])
    assert kept.last_walk == thinned.last_walk
    if not differ:
        assert (kept.held, kept.whole.places) == (thinned.held, thinned.whole.places)
