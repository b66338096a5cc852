"""`scanner retry`: versions that were given up, and their way back into the queue."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli.answers import answered, load_for, minute, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    print_json,
    say,
    stop,
)
from scanner.cli.domains import DomainOption
from scanner.ledger.work.dead_letters import Choice, Group
from scanner.model import EntryId, Unchecked


def retry(
    config: ConfigOption,
    *,
    ids: Annotated[list[str] | None, typer.Argument(help="Entry ids, as in `verdicts list`.", metavar="ID")] = None,
    reason: Annotated[Unchecked | None, typer.Option(help="Those given up for this reason.")] = None,
    domain: DomainOption = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    only_list: Annotated[bool, typer.Option("--list", help="Only say how many there are, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """Look again at versions that were given up as unchecked. A running service takes them up within seconds,
    otherwise the next one does. What was recorded of them stays, and the new verdict counts.

    Example: scanner retry --reason access-refused --domain acme
    """
    settings = load_for(config, domain)
    if only_list:
        _list(answered(settings, lambda ledger: ledger.dead_letters.groups()), domain, reason, as_json=json)
    if everything is bool(ids or reason):
        stop("Name ids or a --reason; or --all without them. `--list` shows what there is.", code=ExitCode.USAGE)
    chosen = Choice(domain, reason.value if reason else None, tuple(map(EntryId, ids or ())))
    back = answered(settings, lambda ledger: ledger.dead_letters.put_back(chosen))
    if ids and not back:
        stop("None of these was given up. See `scanner retry --list`.", code=ExitCode.USAGE)
    if json:
        print_json({"versions": len(back)})
    else:
        say(f"{len(back)} versions are looked at again" if back else "Nothing of that kind was given up.")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _list(groups: list[Group], domain: str | None, reason: Unchecked | None, *, as_json: bool) -> None:
    meant = [one for one in groups if domain in (None, one.domain) and reason in (None, one.reason)]
    show_list(meant, ("domain", "reason", "versions", "since"), _cells, as_json=as_json)
    raise typer.Exit(ExitCode.FOUND if meant else ExitCode.NOTHING_FOUND)


def _cells(group: Group) -> tuple[object, ...]:
    return group.domain, group.reason, group.versions, minute(group.since)
