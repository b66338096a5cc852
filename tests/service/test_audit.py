"""What a service goes by stands in the audit from its start on, and no secret."""

from __future__ import annotations

import json
import shutil

from scanner import __version__
from scanner.service.assembly import assembled
from scanner.service.audit import settings_digest
from scanner.service.changes.reload import reload_rules
from tests.journeys.world import RULES, TOKEN, World

SHIPPED = sorted((RULES / "disguise").glob("*.yaml"))[0]


def told(world: World) -> list[tuple[str, str, dict[str, object]]]:
    found = world.rows("SELECT actor, action, detail FROM audit ORDER BY seq")
    return [(actor, action, json.loads(detail)) for actor, action, detail in found]


async def test_each_start_is_an_act_with_the_digests_of_what_it_goes_by(world: World) -> None:
    for _ in range(2):
        async with assembled(world.settings()) as parts:
            rules = parts.rules.rulebook.digest
    first, second = told(world)
    assert first == second
    assert first[:2] == ("service", "started")
    assert first[2] == {
        **{"version": __version__, "settings": settings_digest(world.settings()), "rules": rules, "mode": "enforce"},
        **{"domains": ["acme"], "suppressions": first[2]["suppressions"]},
    }
    assert TOKEN not in json.dumps(told(world))


async def test_other_settings_have_another_digest(world: World) -> None:
    before = settings_digest(world.settings())
    world.sections["workers"] = {"concurrency": 3}
    assert settings_digest(world.settings()) != before


async def test_rules_that_change_are_an_act_and_those_that_do_not_are_none(world: World) -> None:
    folder = world.folder / "rules"
    folder.mkdir()
    world.sections["rules"] = {"paths": [str(folder)]}
    async with assembled(world.settings()) as parts:
        await reload_rules(parts)
        shutil.copy(SHIPPED, folder)
        for _ in range(2):
            await reload_rules(parts)
        digest = parts.rules.rulebook.digest
    assert told(world)[1:] == [("service", "rules", {"digest": digest, "count": 1})]
