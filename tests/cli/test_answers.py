"""What commands that ask the ledger share."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
import typer

from scanner.cli.answers import answered, minute, show_list
from scanner.errors import CloudUnavailable
from scanner.ledger.ledger import Ledger
from tests.journeys.world import World

FOUND = ["ab", "c"]


def test_an_answer_is_the_ledgers(world: World) -> None:
    world.upload("/Shared/Projects/notes.txt", b"notes")
    asyncio.run(world.once())
    rows = answered(world.settings(), lambda ledger: ledger.verdicts(domain="acme", kind=None, limit=9))
    assert [(row.path, row.kind) for row in rows] == [("/Shared/Projects/notes.txt", "clean")]


def test_an_error_that_passes_ends_the_command_with_exit_3(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    async def away(_: Ledger) -> None:
        raise CloudUnavailable("no answer")

    asyncio.run(world.once())
    with pytest.raises(typer.Exit) as ended:
        answered(world.settings(), away)
    assert (ended.value.exit_code, *capsys.readouterr()) == (3, "", "no answer\n")


def test_a_list_is_a_table_or_one_value_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_list(FOUND, ("word", "letters"), lambda word: (word, len(word)), as_json=False)
    assert [line.split() for line in capsys.readouterr().out.splitlines() if "─" not in line] == [
        ["word", "letters"],
        ["ab", "2"],
        ["c", "1"],
    ]
    show_list(FOUND, (), tuple, as_json=True)
    show_list(FOUND, (), tuple, as_json=True, value=len)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ["ab", "c", 2, 1]


def test_a_moment_in_a_table_has_no_seconds() -> None:
    assert minute(datetime(2026, 3, 4, 9, 30, 59, tzinfo=UTC)) == "2026-03-04 09:30Z"
