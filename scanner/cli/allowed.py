"""`scanner quarantine allowed` and `disallow`: contents that pass since they were released."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli.answers import answered, load_to_read, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    say,
)
from scanner.cli.domains import DomainOption
from scanner.cli.orders import ByOption, ReasonOption, row_id
from scanner.model import Allowance


def list_allowed(
    config: ConfigOption,
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """Contents of which some findings do not count, since a file with them was released. `id` is what `disallow` takes.

    Exit 1 while there is one.

    Example: scanner quarantine allowed
    """
    found = answered(load_to_read(config, domain), lambda ledger: ledger.allowances(domain))
    show_list(found, ("id", "domain", "sha256", "findings", "until", "by", "reason"), _cells, as_json=json)
    raise typer.Exit(ExitCode.FOUND if found else ExitCode.NOTHING_FOUND)


def disallow(
    id: Annotated[int, typer.Argument(help="As `quarantine allowed` shows it.", callback=row_id)],
    config: ConfigOption,
    *,
    reason: ReasonOption,
    by: ByOption,
    json: JsonOption = False,
) -> None:
    """Let findings in a released content count again, from the next scan on. Verdicts that are recorded stay.

    Example: scanner quarantine disallow 3 --reason "it was malware after all" --by jdoe
    """
    answered(load_or_exit(config), lambda ledger: ledger.withdraw_allowance(id, by=by, because=reason))
    if json:
        print_json({"id": id, "result": "disallowed", "by": by})
    else:
        say(f"{id} is allowed no more")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _cells(one: Allowance) -> tuple[object, ...]:
    return one.id, one.domain, one.sha256, ", ".join(one.names), one.until, one.by, one.because
