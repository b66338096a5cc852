"""`scanner rules test`: every example of every rule, through the engine that looks at real versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.common import ExitCode, JsonOption, print_json, say, stop, tracked
from scanner.cli.junit import junit
from scanner.cli.rules_common import PathsArgument, RuleOption, SettingsOption, chosen, engines, load_all_or_exit
from scanner.cli.rules_wording import conditions_in_words
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import Trial, trials
from scanner.inspection.rule_engine import RuleEngine
from scanner.rulebook.rule import Rule, Rulebook

AT_ONCE = min(8, (os.cpu_count() or 1) + 1)
"""Rules tried side by side: mostly they wait for a sandbox, or for libmagic."""
JunitOption = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML as well.")
]


def try_rules(
    paths: PathsArgument = None,
    rule: RuleOption = None,
    junit_file: JunitOption = None,
    config: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try every example of every rule. Exit 1 where one fails, 2 where a rule is wrong, 3 where nobody can say.

    Example: scanner rules test my-rules --junit rules.xml
    """
    rules = chosen(load_all_or_exit(paths, config, as_json).rules, rule)
    with engines(rules, paths, config, as_json) as engine_of:
        tried = dict(tracked(_tried(rules, engine_of), len(rules), "Trying examples"))
    if junit_file is not None:
        _write(junit_file, junit(tried, in_words))
    for one in tried.values():
        _print(one, as_json)
    every = [trial for one in tried.values() for trial in one]
    failed = sum(not all(trial.ok for trial in one) for one in tried.values())
    if not as_json:
        say(f"{len(rules)} rules, {len(every)} examples: {_summary(failed)}")
    raise typer.Exit(_code(every))


def _tried(
    rules: Mapping[Path, Rule], engine_of: Callable[[Rulebook], RuleEngine]
) -> Iterator[tuple[Path, tuple[Trial, ...]]]:
    def attempt(rule: Rule) -> tuple[Trial, ...]:
        return tuple(trials(rule, mime_of, engine_of))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from zip(rules, pool.map(attempt, rules.values()), strict=True)


def _print(tried: Sequence[Trial], as_json: bool) -> None:
    failures = [trial for trial in tried if not trial.ok]
    if as_json:
        counts = {kind: sum(trial.expected == kind for trial in tried) for kind in ("hit", "miss")}
        print_json({"rule": tried[0].rule, "ok": not failures, "examples": counts, "failures": failures})
        return
    for failure in failures:
        say(f"{failure.rule}: examples.{failure.expected}, number {failure.number}", *in_words(failure))


def in_words(trial: Trial) -> list[str]:
    """What was expected, what came, and why."""
    facts = trial.facts
    reason = "" if trial.gap is None else f": {trial.gap.detail}"
    return [
        f"  - expected: {trial.expected}",
        f"  + got:      {trial.got}{reason}",
        f"    {facts.path}, {facts.size} bytes, {facts.mime} (declared: {facts.declared_mime or 'nothing'})",
        *conditions_in_words(trial.conditions, 6),
    ]


def _summary(failed: int) -> str:
    return f"{failed} rule{'' if failed == 1 else 's'} failed" if failed else "all as written"


def _code(tried: Sequence[Trial]) -> ExitCode:
    if any(trial.gap is not None and trial.gap.transient for trial in tried):
        return ExitCode.UNFINISHED
    return ExitCode.NOTHING_FOUND if all(trial.ok for trial in tried) else ExitCode.FOUND


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        stop(f"{file}: cannot be written: {error.strerror}", code=ExitCode.UNFINISHED)
