"""`scanner budget`: what the API calls of today were spent on, what is left, and how long it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import typer

from scanner.cli.answers import answered
from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, print_json, say
from scanner.cli.domains import DomainOption, chosen
from scanner.ledger.ledger import Ledger
from scanner.model import Lane
from scanner.service.assembly import utc_now
from scanner.service.calls.outlook import Standing, drained_at, standing


@dataclass(frozen=True, slots=True)
class DomainBudget:
    """A domain's tokens today (UTC), and what waits for their calls."""

    domain: str
    tokens: Sequence[Standing]
    backlog: Mapping[Lane, int]
    """Versions that nobody has looked at yet."""
    drained_at: datetime | None
    """When their downloads are through at the earliest; None where nobody can tell."""


def budget(
    config: ConfigOption,
    *,
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """Show what the API calls of today went into, what is left, and how long it lasts.

    By domain and token, in days of UTC. Asks the ledger, so it costs no call. Exit 1 where for one of the tokens only
    the reserve for the feed and for remediation is left, or will be today at the pace of the last hour.

    Example: scanner budget --domain acme --json
    """
    settings = load_or_exit(config)
    names = [one.name for one in chosen(settings, domain)]
    now = utc_now()
    found = answered(settings, lambda ledger: _budgets(ledger, names, now))
    for one in found:
        if json:
            print_json(one)
        else:
            say(*_lines(one, now))
    short = any(token.runs_out_at for one in found for token in one.tokens)
    raise typer.Exit(ExitCode.FOUND if short else ExitCode.NOTHING_FOUND)


async def _budgets(ledger: Ledger, names: Sequence[str], now: datetime) -> list[DomainBudget]:
    known = [standing(one, now) for one in await ledger.spending.tokens()]
    waiting = await ledger.spending.backlog()
    found = []
    for name in names:
        tokens = [one for one in known if one.domain == name]
        backlog = waiting.get(name, {})
        found.append(DomainBudget(name, tokens, backlog, drained_at(backlog, tokens, now)))
    return found


def _lines(one: DomainBudget, now: datetime) -> list[str]:
    lines = [line for token in one.tokens for line in _token_lines(token, now)]
    if not lines:
        lines = [f"{one.domain}: no call is on record yet"]
    return [*lines, f"  {_backlog(one, now)}"]


def _token_lines(token: Standing, now: datetime) -> list[str]:
    spent = [f"{name} {count:,}" for name, count in token.spent.items() if count]
    others = [f"others {token.others:,}"] if token.others else []
    limits = "documented limits: the platform has said none"
    if token.limits_known and token.told_at is not None:
        limits = f"said at {_moment(token.told_at, now)}"
    return [
        f"{token.domain}, token {token.token}: {token.used:,} of {token.day_limit:,} calls spent today, "
        f"{token.left:,} left; {token.qps_limit:,} a second ({limits})",
        f"  spent on: {', '.join([*spent, *others]) or 'nothing'}",
        f"  kept for feed and remediation: {token.reserve:,}; for scans {token.left_to_scan:,} are left",
        f"  {_lasting(token, now)}",
    ]


def _lasting(token: Standing, now: datetime) -> str:
    pace = f"{token.calls_an_hour:,.0f} calls in the last hour"
    if token.runs_out_at is None:
        return f"{pace}: at this pace they last the day"
    if token.runs_out_at <= now:
        return "Only the reserve is left: versions wait until 00:00Z. Egnyte raises quotas on request."
    return f"{pace}: will be exceeded today at {_moment(token.runs_out_at, now)}. Egnyte raises quotas on request."


def _backlog(one: DomainBudget, now: datetime) -> str:
    count = sum(one.backlog.values())
    if not count:
        return "no version waits"
    if one.drained_at is None:
        return f"{count:,} versions wait; nobody can tell until when"
    return f"{count:,} versions wait; the backlog drains at {_moment(one.drained_at, now)} at the earliest"


def _moment(moment: datetime, now: datetime) -> str:
    """The day is said where it is another one."""
    return f"{moment:%H:%M}Z" if moment.date() == now.date() else f"{moment:%H:%M}Z on {moment:%Y-%m-%d}"
