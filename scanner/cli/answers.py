"""What commands that ask the ledger have in common: how they reach it, and how a list is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from scanner.cli.common import load_or_exit, print_json, print_table, stopped_by_user_errors
from scanner.cli.domains import chosen, refuse
from scanner.ledger.ledger import Ledger
from scanner.service.assembly import utc_now
from scanner.settings import Settings

_T = TypeVar("_T")


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Ledger]:
    """The ledger, beside a service that may own it. Errors that a user can mend or wait out end the command."""
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            yield ledger


@asynccontextmanager
async def ordering(settings: Settings) -> AsyncIterator[Ledger]:
    """The same, for an order that acts on files; while another is carried out the command ends with exit 3."""
    with stopped_by_user_errors():
        async with Ledger.ordering(settings.ledger, utc_now) as ledger:
            yield ledger


def load_for(config: Path, domain: str | None) -> Settings:
    """The settings, once it is sure that this domain is one of theirs."""
    settings = load_or_exit(config)
    chosen(settings, domain)
    return settings


def load_to_read(config: Path, domain: str | None) -> Settings:
    """The same for what only reads: of a domain that has gone from the settings, the ledger still tells."""
    settings = load_or_exit(config)
    names = [one.name for one in settings.domains]
    if domain is not None and domain not in names:
        names += answered(settings, lambda ledger: ledger.domains())
        if domain not in names:
            refuse(domain, "the settings or the ledger", names)
    return settings


def answered(settings: Settings, question: Callable[[Ledger], Awaitable[_T]]) -> _T:
    """One answer of the ledger; errors as in `reading`."""

    async def ask() -> _T:
        async with reading(settings) as ledger:
            return await question(ledger)

    return asyncio.run(ask())


def show_list(
    found: Collection[_T],
    columns: Sequence[str],
    cells: Callable[[_T], Iterable[object]],
    *,
    as_json: bool,
    value: Callable[[_T], object] | None = None,
) -> None:
    """One JSON object a line, `value` of each where that is not itself; or a table for people."""
    if not as_json:
        print_table(columns, map(cells, found))
        return
    for one in found:
        print_json(one if value is None else value(one))


def minute(moment: datetime) -> str:
    """In a table, where seconds would only take room."""
    return f"{moment:%Y-%m-%d %H:%M}Z"
