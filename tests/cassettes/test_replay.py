"""Every call site, replayed from its cassettes: what goes out and what is made of the answer are pinned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.cloud.client import EgnyteClient
from scanner.cloud.meter import Operation
from tests.cassettes.recorder import outcome, recorder
from tests.cassettes.situations import FOLDER, RESULTS, TOKEN, Take
from tests.cassettes.table import SITES, takes
from tests.cloud.egnyte import settings_for

NOWHERE = "http://127.0.0.1:9"
RECORDED: dict[str, Any] = yaml.safe_load(RESULTS.read_text())


@pytest.mark.parametrize("take", takes(), ids=lambda take: take.label)
async def test_the_call_and_its_result_are_as_recorded(take: Take, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("another-token")
    client = EgnyteClient(settings_for(NOWHERE, tmp_path / "token"))
    with recorder("none").use_cassette(str(take.path)) as cassette:
        error, result = await outcome(take.ask(client, RECORDED["seed"]))
    await client.close()

    assert (error, result) == (take.situation.error, RECORDED["results"][take.label])
    assert cassette.all_played


def test_every_call_about_json_has_its_cassettes() -> None:
    assert {site.name for site in SITES} == set(Operation.__args__) - {"open_content"}  # type: ignore[attr-defined]
    assert {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*.yaml")} == {
        take.label for take in takes()
    }


def test_no_cassette_holds_a_token() -> None:
    written = "".join(path.read_text() for path in FOLDER.rglob("*.yaml")).lower()

    assert TOKEN not in written
    assert "bearer" not in written
    assert "authorization" not in written
    assert "userinfo" in written
