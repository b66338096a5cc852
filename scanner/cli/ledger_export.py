"""`scanner ledger export`: every version on record, for other programs."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from scanner.cli.answers import load_to_read, reading
from scanner.cli.common import ConfigOption, print_json
from scanner.cli.domains import DomainOption
from scanner.settings import Settings


def export(config: ConfigOption, domain: DomainOption = None) -> None:
    """Every version on record with its verdict as JSON, one a line: `verdicts list --json` without an end.

    In the order of domains and entry ids. `ended` says how a version ended at which nobody looked; then there is no
    `kind`. Acts are in `audit export`.

    Example: scanner ledger export > versions.jsonl
    """
    asyncio.run(_export(load_to_read(config, domain), domain))


async def _export(settings: Settings, domain: str | None) -> None:
    async with reading(settings) as ledger:
        async for one in ledger.exported(domain):
            fields = asdict(one.row) | {"ended": one.ended, "first_seen_at": one.first_seen_at}
            print_json(fields | {"kind": None} if one.ended else fields)
