"""`scanner quarantine secure`: makes a quarantine folder one again that somebody opened, renamed or emptied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from scanner.cli.answers import ordering, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
)
from scanner.cli.domains import DomainOption, chosen
from scanner.cloud.client import EgnyteClient
from scanner.errors import CloudRefused
from scanner.ledger.ledger import Ledger
from scanner.remediation.guard import bring_back, secure
from scanner.service.guarding import parked
from scanner.settings import DomainSettings, Settings


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done about one folder or file."""

    domain: str
    path: str
    result: str
    """closed, brought back, or what is wrong."""


def secure_quarantine(
    config: ConfigOption,
    domain: DomainOption = None,
    bring: Annotated[
        bool, typer.Option("--bring-back", help="Also move files back into it that somebody took out by hand.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Take all rights on the quarantine folder from all but the account and administrators; make it if it is missing.

    Files that were released are left where they are, and so are newer versions. Exit 3 where something is still wrong.

    Example: scanner quarantine secure --domain acme --bring-back
    """
    settings = load_or_exit(config)
    found = asyncio.run(_mended(settings, chosen(settings, domain), bring))
    show_list(found, ("domain", "path", "result"), lambda one: (one.domain, one.path, one.result), as_json=json)
    wrong = any(one.result not in ("closed", "brought back") for one in found)
    raise typer.Exit(ExitCode.UNFINISHED if wrong else ExitCode.NOTHING_FOUND)


async def _mended(settings: Settings, domains: Sequence[DomainSettings], bring: bool) -> list[Mended]:
    async with ordering(settings) as ledger:
        return [mended for one in domains async for mended in _of_domain(one, ledger, bring)]


async def _of_domain(domain: DomainSettings, ledger: Ledger, bring: bool) -> AsyncIterator[Mended]:
    cloud, folder = EgnyteClient(domain), domain.quarantine_folder
    try:
        trouble = await secure(cloud, folder, await cloud.account())
        yield Mended(domain.name, folder, trouble or "closed")
        for row in await ledger.quarantined(domain.name) if bring and not trouble else ():
            try:
                path = await bring_back(cloud, folder, parked(row))
            except CloudRefused as error:
                yield Mended(domain.name, row.path, str(error))
                continue
            if path:
                yield Mended(domain.name, path, "brought back")
    finally:
        await cloud.close()
