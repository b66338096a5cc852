"""What came of the story, as a person would want to see it; and whether it is what should have come."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demo import story
from demo.stage import Stage

console = Console()
STYLES = {"clean": "green", "flagged": "yellow", "infected": "bold red", "unscannable": "magenta", "unchecked": "cyan"}
KINDS = ("events", "fs-content", "notes", "links", "perms", "userinfo")
"""Calls of the API by a word in their path; the rest is `fs`."""


def show(here: Stage, rows: list[dict[str, Any]], links: list[str]) -> bool:
    """Print all of it. False where a version got another verdict than the story expects, or a link survived."""
    state = here.control("GET", "state")
    console.print(_verdicts(rows))
    console.print(_moves(here))
    _print_comments(state)
    _print_links(state, links)
    _print_skips(here)
    _print_calls(here)
    console.print(f"\nMetrics: {here.metrics_url}/metrics")
    account = here.account()
    _print_account(account)
    problems = story.problems(rows, state, links) + story.untold(account)
    audit = here.scanner("audit", "verify")
    console.print(f"Audit: {audit.stdout.strip()}")
    problems += [] if audit.returncode == 0 else ["the audit does not hold"]
    for problem in problems:
        console.print(f"NOT AS EXPECTED: {problem}", style="bold red", markup=False)
    return not problems


def _verdicts(rows: list[dict[str, Any]]) -> Table:
    table = _table("Verdicts, one per file version", "verdict", "file", "why")
    for row in sorted(rows, key=lambda row: row["judged_at"] or ""):
        kind = Text(row["kind"], style=STYLES[row["kind"]])
        table.add_row(kind, Text(row["path"]), Text(", ".join(row["reasons"])))
    return table


def _moves(here: Stage) -> Table:
    table = _table("In quarantine", "id", "was at", "is at")
    for line in here.scanner("quarantine", "list", "--json").stdout.splitlines():
        row = json.loads(line)
        table.add_row(str(row["id"]), Text(row["origin"], overflow="fold"), Text(row["path"], overflow="fold"))
    return table


def _print_comments(state: dict[str, Any]) -> None:
    console.print("\nComments, as the domain holds them", style="bold")
    for note in state["notes"]:
        console.print(Text(f"  {note['path']}", style="cyan"))
        console.print(Padding(Text(note["body"]), (0, 0, 1, 4)))


def _print_links(state: dict[str, Any], links: list[str]) -> None:
    left = {link["id"] for link in state["links"]}
    console.print(f"\nPublic links to bad files: {len(links)} made, {sum(one in left for one in links)} left.")


def _print_skips(here: Stage) -> None:
    values = _metrics(here, "scanner_skips_total")
    counts = {name.split('"')[1]: int(value) for name, value in values.items() if value}
    own = counts.get("own_action", 0)
    others = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if name != "own_action")
    console.print(f"Events that needed no scan: {own} were our own acts; {others}.")


def _print_account(account: dict[str, Any]) -> None:
    seen = sum(place["seen"] for place in account["places"])
    judged = sum(sum(place["judged"].values()) for place in account["places"])
    unscannable = sum(sum(place["unscannable"].values()) for place in account["places"])
    console.print(
        f"\nCoverage: {seen} versions seen, {judged} judged, {unscannable} that nobody can scan; "
        f"deleted before they could be scanned, and recorded as gone: {story.gone(account)}."
    )


def _print_calls(here: Stage) -> None:
    calls: Counter[str] = Counter()
    for request in here.control("GET", "requests"):
        path = request["path"]
        kind = next(
            (name for name in ("events", "fs-content", "notes", "links", "perms", "userinfo") if f"/{name}" in path),
            "fs",
        )
        calls[kind] += 1
    total = sum(calls.values())
    console.print(f"API calls: {total} ({', '.join(f'{count} {name}' for name, count in calls.most_common())}).")


def _metrics(here: Stage, prefix: str) -> dict[str, float]:
    lines = httpx.get(f"{here.metrics_url}/metrics", timeout=10).text.splitlines()
    found = (line.rsplit(" ", 1) for line in lines if line.startswith(prefix))
    return {name: float(value) for name, value in found}


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold")
