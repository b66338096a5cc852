"""Tickets by lane and by what a person said of them: counted, held, let go, hastened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from scanner.ledger.dispatch import server_tickets
from scanner.ledger.dispatch.server_tickets import Wanted
from scanner.ledger.dispatch.tickets import HELD, NOT_HELD, RANKS, key_of, on_server
from scanner.ledger.tables import tickets, work
from scanner.model import EntryId, Lane


def is_there(connection: Connection, domain: str, entry_id: EntryId) -> bool:
    """Whether a version has a ticket, in whatever state."""
    if on_server(connection):
        return server_tickets.is_there(connection, key_of(domain, entry_id))
    mine = (tickets.c.domain == domain) & (tickets.c.entry_id == entry_id)
    return connection.execute(select(tickets.c.id).where(mine)).first() is not None


def waiting(connection: Connection, domain: str, lane: Lane) -> int:
    """Tickets of a domain's lane that are taken or to be taken."""
    if on_server(connection):
        return server_tickets.waiting(connection, domain, RANKS[lane])
    mine = (tickets.c.entrypoint == domain) & (tickets.c.rank == RANKS[lane])
    # Named one by one: of "not held" the index makes no use, and all of the queue would be passed over.
    counted = select(func.count()).select_from(tickets).where(mine, tickets.c.status.in_(NOT_HELD))
    return connection.execute(counted).scalar_one()


def there(connection: Connection, domain: str, lane: Lane) -> int:
    """All tickets of a domain's lane, those that are held and suspects as well."""
    if on_server(connection):
        return server_tickets.there(connection, domain, RANKS[lane])
    mine = (tickets.c.domain == domain) & (tickets.c.rank == RANKS[lane])
    return connection.execute(select(func.count()).select_from(tickets).where(mine)).scalar_one()


def hold(connection: Connection, domain: str, lane: Lane) -> None:
    """Nobody takes them until they are let go. Not those of suspects: there are few, and each runs alone."""
    if on_server(connection):
        server_tickets.hold(connection, domain, RANKS[lane])
        return
    queued = and_(tickets.c.entrypoint == domain, tickets.c.rank == RANKS[lane])
    queued = and_(queued, tickets.c.status.in_(("queued", "waiting")))
    connection.execute(update(tickets).where(queued).values(status=HELD))


def let_go(connection: Connection, domain: str, now: datetime) -> None:
    """All that are held are due."""
    if on_server(connection):
        server_tickets.let_go(connection, domain)
        return
    mine = and_(tickets.c.entrypoint == domain, tickets.c.status == HELD)
    connection.execute(update(tickets).where(mine).values(status="queued", execute_after=now.timestamp()))


def is_held(connection: Connection) -> ColumnElement[bool]:
    """Of a work row: whether its ticket is."""
    if on_server(connection):
        return server_tickets.held_of_work()
    mine = and_(tickets.c.domain == work.c.domain, tickets.c.entry_id == work.c.entry_id, tickets.c.status == HELD)
    return select(tickets.c.id).where(mine).exists()


def hasten(connection: Connection, moment: datetime, wanted: Wanted) -> int:
    """Tickets that wait beyond a moment are due then, if they are wanted: asked with the ticket's key, which is domain,
    line feed and entry id. Gives how many."""
    if on_server(connection):
        return server_tickets.hasten(connection, moment, wanted)
    late = (tickets.c.status == "waiting") & (tickets.c.execute_after > moment.timestamp())
    key = tickets.c.domain.concat("\n").concat(tickets.c.entry_id)
    due = update(tickets).where(late, wanted(key)).values(execute_after=moment.timestamp())
    return connection.execute(due).rowcount
