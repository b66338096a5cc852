"""The story of the demo comes out as it expects, and a story that did not would be told so."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from demo import story
from demo.clamd import PrivateClamd
from demo.stage import Stage
from emulator.seed import seed_demo
from emulator.server import start
from tests.cli.commands import lines, scanner
from tests.journeys.world import RULES, TOKEN, World

Told = tuple[list[dict[str, Any]], dict[str, Any], list[str]]
ACCOUNT = {"complete": True, "places": [{"gone": 1}]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, clamd: PrivateClamd) -> Told:
    """Played once, settled to the end, by the product's own commands."""
    emulator = start(token=TOKEN)
    try:
        emulator.call(lambda: seed_demo(emulator.domain))
        rules = {"rules": {"paths": [str(RULES)]}}
        world = World(emulator, tmp_path_factory.mktemp("story"), clamd.address, dict(rules))
        links = story.play(Stage(world.folder, emulator_url=emulator.base_url))
        asyncio.run(world.all_of())
        assert story.untold(json.loads(scanner(world, "coverage", "--json").stdout)) == []
        return lines(scanner(world, "verdicts", "list", "--json").stdout), world.state(), links
    finally:
        emulator.stop()


def test_every_version_gets_the_verdict_that_the_story_expects(told: Told) -> None:
    assert story.problems(*told) == []


def test_what_is_expected_covers_all_that_the_demo_is_to_show() -> None:
    kinds = {upload.expected for upload in story.uploads()}
    assert kinds == {"clean", "infected", "flagged", "unscannable"}
    assert Path(story.SHARED_BY_LINK).name == "eicar.com"


@pytest.mark.parametrize(
    ("account", "told"),
    [
        (ACCOUNT, []),
        (ACCOUNT | {"places": []}, ["0 versions were recorded as gone"]),
        (ACCOUNT | {"complete": False}, ["the account is not complete: `scanner coverage` tells what is open"]),
    ],
)
def test_an_account_that_lacks_something_would_be_told(account: dict[str, Any], told: list[str]) -> None:
    assert story.untold(account) == told


def test_a_wrong_verdict_a_bad_file_in_reach_and_a_link_to_it_would_be_told(told: Told) -> None:
    rows, state, links = told
    bad = next(row for row in rows if row["path"] == story.MINUTES and row["kind"] == "infected")
    file = {"path": story.MINUTES, "versions": [{"entry_id": bad["entry_id"]}]}
    left = {"files": [file], "links": [{"id": links[0]}]}
    assert story.problems([], state, [])[0] == f"{story.MINUTES} was not judged clean"
    assert story.problems(rows, left, links) == [
        f"{story.MINUTES} is infected and still where people reach it",
        f"public link {links[0]} still leads to a bad file",
    ]
