"""`scanner verdicts`: what was decided, and everything a decision rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from scanner.cli.answers import answered, load_to_read, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stop,
)
from scanner.cli.domains import DomainOption
from scanner.ledger.rows import Explanation, VerdictRow
from scanner.model import VerdictKind

_T = TypeVar("_T", VerdictRow, Explanation)
MOST = 10_000
"""Rows of one list, which is put in order in memory; 80 MB as a table. `ledger export` has no end."""

verdicts_app = typer.Typer(help="What was decided about file versions, and why.", no_args_is_help=True)


@verdicts_app.command("list")
def list_verdicts(
    config: ConfigOption,
    domain: DomainOption = None,
    kind: Annotated[VerdictKind | None, typer.Option(help="Only verdicts of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, newest first.")] = 1_000,
    json: JsonOption = False,
) -> None:
    """One row per file version, newest first. Versions still open are shown as unchecked with what they wait for.

    Example: scanner verdicts list --kind unscannable
    """
    rows = answered(load_to_read(config, domain), lambda ledger: ledger.verdicts(domain=domain, kind=kind, limit=limit))
    show_list(rows, ("verdict", "path", "reasons", "judged", "entry id"), _cells, as_json=json)
    suppressed = sum(bool(row.suppressed) for row in rows)
    if suppressed and not json:
        note(f"{suppressed} of these have findings that are suppressed; `scanner verdicts explain` shows them.")
    bad = any(row.kind != VerdictKind.CLEAN for row in rows)
    raise typer.Exit(ExitCode.FOUND if bad else ExitCode.NOTHING_FOUND)


def _cells(row: VerdictRow) -> tuple[object, ...]:
    judged = row.judged_at.isoformat(timespec="seconds") if row.judged_at else "open"
    return row.kind, row.path, ", ".join(row.reasons), judged, row.entry_id


@verdicts_app.command("show")
def show(
    entry: Annotated[str, typer.Argument(help="Entry id of a version, or the path of a file as in the list.")],
    config: ConfigOption,
    json: JsonOption = False,
) -> None:
    """The verdict of one version, in short; `explain` tells everything that it rests on.

    Example: scanner verdicts show /Shared/Projects/plan.docx
    """
    found = answered(load_or_exit(config), lambda ledger: ledger.shown(entry))
    _tell(entry, found, lambda row: say(*_in_short(row)), as_json=json)


def _in_short(row: VerdictRow) -> Iterator[str]:
    yield row.path
    yield f"  {row.kind.value}" + (f" because of {', '.join(row.reasons)}" if row.reasons else "")
    yield f"  version {row.entry_id} of file {row.group_id} in {row.domain}"
    if row.judged_at is not None:
        yield f"  judged {row.judged_at.isoformat(timespec='seconds')}"
    if row.sha256 is not None:
        yield f"  {row.mime}, {row.size} bytes, sha256 {row.sha256}"
    if row.suppressed:
        yield f"  does not count: {', '.join(row.suppressed)}"


@verdicts_app.command("explain")
def explain(
    entry: Annotated[str, typer.Argument(help="Entry id of a version, or the path of a file as in the list.")],
    config: ConfigOption,
    json: JsonOption = False,
) -> None:
    """Everything recorded about one version: events, attempts, engines, findings, steps.

    Example: scanner verdicts explain 8d3ab5c0-1f4e-4b0e-9c55-2f1d6f0a7a11
    """
    found = answered(load_or_exit(config), lambda ledger: ledger.explain(entry))
    _tell(entry, found, _say, as_json=json)


def _tell(entry: str, found: Sequence[_T], tell: Callable[[_T], None], *, as_json: bool) -> NoReturn:
    """What is recorded about an entry id or a path, and the exit code that follows from it."""
    if not found:
        stop(f"Nothing is recorded about {entry}. `scanner verdicts list` shows what is.", code=ExitCode.USAGE)
    for one in found:
        if as_json:
            print_json(one)
        else:
            tell(one)
    bad = any(one.kind is not VerdictKind.CLEAN for one in found)
    raise typer.Exit(ExitCode.FOUND if bad else ExitCode.NOTHING_FOUND)


def _say(explanation: Explanation) -> None:
    say(explanation.path, f"  version {explanation.entry_id} of file {explanation.group_id} in {explanation.domain}")
    say(
        f"  {explanation.kind.value}" + (f" because of {', '.join(explanation.reasons)}" if explanation.reasons else "")
    )
    say(f"  state {explanation.state}, {explanation.starts} starts, first seen {explanation.first_seen_at.isoformat()}")
    if explanation.listed_at is not None:
        say(f"  listed at {explanation.listed_path} {explanation.listed_at.isoformat()}")
    if explanation.missed_at is not None:
        say(f"  listed no more {explanation.missed_at.isoformat()}")
    if explanation.waits_for:
        say(f"  last trouble: {explanation.waits_for}")
    if explanation.unheld_until is not None:
        say(f"  events recorded up to {explanation.unheld_until.isoformat()} are not held any more")
    for event in explanation.events:
        what = event["reason"] or event["disposition"]
        who = f"by {event['actor']} through {event['action_source']}"
        say(f"  event {event['event_id']} {event['action']} {who}: {what}")
    for verdict in explanation.verdicts:
        what = f"{verdict['kind']}, {verdict['mime']}, sha256 {verdict['sha256']}"
        say(f"  judged {verdict['judged_at'].isoformat()}: {what}")
        if verdict["reused"]:
            source = verdict["reused"]
            whose = f"version {source['entry_id']} in {source['domain']}, judged {source['judged_at'].isoformat()}"
            say(f"    not downloaded: engines looked at the same content as {whose}")
        for inspection in verdict["inspections"]:
            _say_inspection(inspection)
    for step in explanation.steps:
        detail = ", ".join(f"{key} {value}" for key, value in step["detail"].items())
        say(f"  step {step['kind']}: {step['state']}" + (f" ({detail})" if detail else ""))


def _say_inspection(inspection: dict[str, Any]) -> None:
    gap = inspection["gap"]
    say(
        f"    {inspection['engine']} [{inspection['version']}] "
        + (f"{gap['reason']}: {gap['detail']}" if gap else "complete")
    )
    for finding in inspection["findings"]:
        place = f" at {finding['place']}" if finding["place"] else ""
        shown = f", {finding['excerpt']}" if finding.get("excerpt") else ""
        # Verdicts of before there were other reasons name none.
        standing = finding.get("standing") or ("" if finding["counts"] else "on trial")
        how = f": {standing}" + ("" if finding["counts"] else "; does not count") if standing else ""
        say(f"      {finding['name']} ({finding['severity']}){place}{shown}{how}")
