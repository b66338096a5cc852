"""A folder of rules, and the commands on them."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from scanner.cli.rules import rules_app

SHIPPED = Path(__file__).parents[2] / "rules"
RULE = """
id: {id}
title: A rule
why: Because.
severity: high
status: stable
match: {match}
message: Found.
actions: [quarantine]
examples: {{hit: [{hit}], miss: [{miss}]}}
false_positives: [None.]
references: [https://example.com/]
"""


def write(
    folder: Path,
    name: str,
    match: str = "{extension: exe}",
    hit: str = "{name: a.exe, text: hello}",
    miss: str = "{name: a.txt}",
) -> Path:
    """A rule file; conditions and examples as they stand in it."""
    file = folder / f"{name}.yaml"
    file.write_text(RULE.format(id=name, match=match, hit=hit, miss=miss))
    return file


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(rules_app, arguments, catch_exceptions=False, env=environ)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]
