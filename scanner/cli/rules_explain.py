"""`scanner rules explain FILE`: what each condition of each rule says of a local file, and what it looked at."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.common import ExitCode, JsonOption, print_json, say, stop
from scanner.cli.rules_common import RuleOption, SettingsOption, chosen, engines, load_all_or_exit, settings_of
from scanner.cli.rules_wording import conditions_in_words
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rule_engine import Examined
from scanner.model import EntryId, FileVersion, Finding, Gap, GroupId
from scanner.rulebook.deciding import decide, gaps
from scanner.rulebook.explain import Answered, Explained, exceptions_explained, explained
from scanner.rulebook.rule import Rule, rulebook_of

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A local file.", exists=True, dir_okay=False)]
RulesOption = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="PATH", help="Rule files and folders.", show_default="rules.paths"),
]
PathOption = Annotated[
    str | None, typer.Option("--path", metavar="PATH", help="As if it lay there: /Shared/Projects/plan.docx.")
]
SignatureOption = Annotated[
    list[str] | None, typer.Option("--signature", metavar="NAME", help="As if ClamAV had found this.")
]


def explain_rules(
    file: FileArgument,
    *,
    rules: RulesOption = None,
    rule: RuleOption = None,
    path: PathOption = None,
    signature: SignatureOption = None,
    config: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what each condition of each rule says of a local file. Exit 1 where a rule holds, 3 where nobody can say.

    YARA and the sandbox are asked, ClamAV and Egnyte are not: nobody brought the file, and no link leads to it.

    Example: scanner rules explain invoice.docm
    """
    wanted = chosen(load_all_or_exit(rules, config, as_json).rules, rule)
    version = FileVersion("local", GroupId(""), EntryId(""), _path_of(file, path), action="listing")
    earlier = tuple(Finding("clamd", name, malware=True) for name in signature or ())
    settings = settings_of(config)
    with ExitStack() as stack:
        engine_of = stack.enter_context(engines(wanted, rules, config, as_json))
        spool = Spool(settings.spool)
        content = stack.enter_context(read_local(file, spool, max_file=settings.spool.max_file))
        if isinstance(content, Gap):
            stop(f"{file}: {content.detail}", code=ExitCode.UNFINISHED)
        engine = engine_of(rulebook_of(wanted.values()))
        examined = engine.examine(version, NobodyToAsk(), content, earlier)
    said = [_explained(one, examined) for one in engine.rulebook.rules]
    for one in said:
        _print(one, as_json)
    raise typer.Exit(max((_code(one) for one in said), default=ExitCode.NOTHING_FOUND))


def _path_of(file: Path, given: str | None) -> str:
    if given is None:
        return str(file.absolute())
    if not given.startswith("/") or given.endswith("/"):
        stop("--path must be a whole path from the root, as in /Shared/Projects/plan.docx", code=ExitCode.USAGE)
    return given


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """One rule about one content, as a real inspection with all rules found it."""

    rule: str
    status: str
    severity: str
    holds: Answered
    counts: bool
    """Whether its finding is a ground for a verdict."""
    standing: str
    """Why it counts, or does not, where that is not plain: on trial, a canary, an exception."""
    why: str
    """Where nobody can say."""
    place: str
    """What it rests on: a byte, a member; empty for the whole."""
    excerpt: str
    """Of what a detector found, masked."""
    conditions: tuple[Explained, ...]
    exceptions: tuple[Explained, ...]


def _explained(rule: Rule, examined: Examined) -> RuleExplained:
    known = examined.known
    finding = next((one for one in examined.inspection.findings if one.name == rule.id), None)
    undecided = finding is None and decide(rule.match, known) is None
    why = next(gaps(rule.match, known), None) if undecided else None
    return RuleExplained(
        rule=rule.id,
        status=rule.status,
        severity=rule.severity,
        holds=Answered.YES if finding else Answered.UNKNOWN if undecided else Answered.NO,
        counts=finding is not None and finding.counts,
        standing=finding.standing if finding else "",
        why="" if why is None else why.detail,
        place=finding.place if finding else "",
        excerpt=finding.excerpt if finding else "",
        conditions=explained(rule.match, known),
        exceptions=exceptions_explained(rule, known),
    )


def _print(one: RuleExplained, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    doubt = ["does not count"] if one.holds is Answered.YES and not one.counts else []
    ground = "; ".join(part for part in (one.why, one.place, one.excerpt, *doubt, one.standing) if part)
    say(f"{one.rule}: {one.holds}" + (f" ({ground})" if ground else ""))
    for line in conditions_in_words((*one.conditions, *one.exceptions), 2):
        say(line)


def _code(one: RuleExplained) -> ExitCode:
    codes = {Answered.YES: ExitCode.FOUND, Answered.UNKNOWN: ExitCode.UNFINISHED}
    return codes.get(one.holds, ExitCode.NOTHING_FOUND)
