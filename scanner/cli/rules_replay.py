"""`scanner rules replay`: rules tried on what was judged in the past, before they are in force."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.domains import DomainOption, chosen
from scanner.inspection.hindsight import Hindsight
from scanner.inspection.yara.compilation import compile_rules
from scanner.ledger.ledger import Ledger
from scanner.rulebook.load import load_rules
from scanner.rulebook.rule import Rule, rulebook_of
from scanner.rulebook.suppressions import load_suppressions
from scanner.rulebook.yara_files import DisabledFile, read_yara_files
from scanner.service.again.replay import Change, Hit, Replay, Report, Tally
from scanner.service.again.second_look import SecondLook, second_look
from scanner.service.assembly import utc_now
from scanner.settings import Settings
from scanner.settings.units import seconds, written_duration

LONGEST = 3_650 * 86_400.0
MOST_REASONS = 8
SIGNS = {Change.NEW: "+", Change.STILL: "=", Change.NO_LONGER: "-"}


def _since(written: str) -> float:
    try:
        found = seconds(written)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not 0 < found <= LONGEST:
        raise typer.BadParameter("must be more than nothing and at most ten years")
    return found


SinceOption = Annotated[
    float, typer.Option(parser=_since, metavar="DURATION", help="What was judged in this time: 12h, 30d.")
]
DraftOption = Annotated[
    list[Path] | None,
    typer.Option("--rule", metavar="FILE", help="A rule file or folder; several times.", show_default="rules.paths"),
]
FetchOption = Annotated[
    bool, typer.Option("--fetch", help="Download versions for which what is kept does not suffice.")
]


def replay_rules(
    *,
    config: ConfigOption,
    since: SinceOption = "30d",  # type: ignore[assignment]  # read by the parser
    rule: DraftOption = None,
    domain: DomainOption = None,
    fetch: FetchOption = False,
    as_json: JsonOption = False,
) -> None:
    """Try rules on what was judged in the past: who would be hit, newly hit, and no longer hit.

    Exit 1 where a rule hits something; 3 where none does, but what is kept does not suffice for every version.
    With --fetch also 3 where the API's budget came to its end.

    Example: scanner rules replay --rule drafts/invoice-lure.yaml
    """
    settings = load_or_exit(config)
    chosen(settings, domain)
    with stopped_by_user_errors():
        report = asyncio.run(_replay(settings, rule, since=since, domain=domain, fetch=fetch, as_json=as_json))
    _tell(report, settings, since, fetch=fetch, as_json=as_json)
    raise typer.Exit(_code(report))


async def _replay(
    settings: Settings, drafts: list[Path] | None, *, since: float, domain: str | None, fetch: bool, as_json: bool
) -> Report:
    rules = _rules(drafts or settings.rules.paths)
    suppressions = load_suppressions(settings.suppressions.paths).all
    yara_files = read_yara_files([*settings.rules.paths, *(drafts or ())])
    _note_disabled(yara_files.disabled)
    today = utc_now().astimezone(UTC).date()
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(Ledger.reading(settings.ledger, utc_now))
        stretch = await ledger.stretch(utc_now() - timedelta(seconds=since), domain)
        again: SecondLook | None = None
        if fetch:
            yara = await asyncio.to_thread(compile_rules, yara_files, settings.yara)
            _note_disabled(file for file in yara.disabled if file not in yara_files.disabled)
            again = await stack.enter_async_context(second_look(settings, rulebook_of(rules), yara))
        hindsight = Hindsight(rules, yara_files.digest, today)
        replay = Replay(ledger, hindsight, suppressions=suppressions, today=today, again=again)
        with _bar(stretch.versions) as bar:
            async for tried, hits in replay.over(stretch):
                for hit in hits:
                    _print(hit, as_json)
                bar.advance(bar.task_ids[0], tried)
    return replay.report


def _rules(paths: Sequence[Path]) -> tuple[Rule, ...]:
    rules = tuple(load_rules(paths).values())
    if not rules:
        stop(f"There is no rule in {', '.join(map(str, paths))}.", code=ExitCode.USAGE)
    return rules


def _note_disabled(files: Iterable[DisabledFile]) -> None:
    for file in files:
        for problem in file.problems:
            note(f"{problem.where}: the YARA file is disabled: {problem.what}")


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """On standard error, where that is a terminal. Results go their own way, unless they would tear it to pieces."""
    console = Console(stderr=True)
    columns = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    )
    with progress:
        progress.add_task("", total=total)
        yield progress


def _print(hit: Hit, as_json: bool) -> None:
    if as_json:
        print_json({"row": "version", **_fields(hit)})
        return
    notes = [hit.standing] if hit.standing else []
    if not hit.counts and not hit.standing:
        notes.append("does not count")
    if hit.open:
        notes.append(f"unless an exception holds, which asks for: {hit.open}")
    notes += [part for part in (hit.place, hit.excerpt) if part]
    about = f" ({'; '.join(notes)})" if notes else ""
    day = hit.judged_at.isoformat(timespec="seconds")
    say(f"{SIGNS[hit.change]} {hit.rule}  {hit.path}  {day}  {hit.entry_id}{about}")


def _fields(hit: Hit) -> dict[str, Any]:
    return {name: getattr(hit, name) for name in Hit.__dataclass_fields__}


def _tell(report: Report, settings: Settings, since: float, *, fetch: bool, as_json: bool) -> None:
    for tally in report.rules.values():
        if as_json:
            print_json({"row": "rule", **_counts(tally)})
        else:
            _say_counts(tally)
    if as_json:
        print_json({"row": "end", **_end(report)})
    else:
        fetched = f", {report.fetched} of them downloaded" if fetch else ""
        say(f"{report.versions} versions tried{fetched}")
    if since > settings.ledger.facts_for and any(tally.missing for tally in report.rules.values()):
        kept = written_duration(settings.ledger.facts_for)
        note(f"Facts are kept for {kept} (ledger.facts_for); of older versions only name, size and type are known.")
    if report.missing and not fetch:
        note("With --fetch, versions for which facts do not suffice are downloaded, as far as the API's budget goes.")
    if report.unfinished:
        until = f", judged until {report.until.isoformat(timespec='seconds')}" if report.until else ""
        note(
            f"unfinished: after {report.versions} versions{until}: {report.unfinished}",
            "    What was downloaded need not be again: the same command goes on from there.",
        )


def _say_counts(tally: Tally) -> None:
    changes = ", ".join(f"{tally.changes[change]} {change}" for change in Change)
    say(f"{tally.rule}: {tally.hits} hit, {tally.counting} of them count ({changes})")
    for what, reasons in (("facts do not suffice", tally.missing), ("nobody can say", tally.nobody)):
        if reasons:
            common = reasons.most_common(MOST_REASONS)
            rest = reasons.total() - sum(number for _, number in common)
            more = f", {rest} other" if rest else ""
            say(f"  {what}: {reasons.total()} ({', '.join(f'{number} {why}' for why, number in common)}{more})")


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "rule": tally.rule,
        "hits": tally.hits,
        "counting": tally.counting,
        "newly_hit": tally.changes[Change.NEW],
        "no_longer_hit": tally.changes[Change.NO_LONGER],
        "facts_do_not_suffice": dict(tally.missing),
        "nobody_can_say": dict(tally.nobody),
    }


def _end(report: Report) -> dict[str, Any]:
    return {
        "versions": report.versions,
        "downloaded": report.fetched,
        "gone": report.gone,
        "until": report.until,
        "unfinished": report.unfinished or None,
    }


def _code(report: Report) -> ExitCode:
    if report.unfinished:
        return ExitCode.UNFINISHED
    if report.hits:
        return ExitCode.FOUND
    return ExitCode.UNFINISHED if report.missing else ExitCode.NOTHING_FOUND
