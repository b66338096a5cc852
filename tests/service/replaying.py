"""Rules tried on the history of a world, as the command does it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from scanner.inspection.hindsight import Hindsight
from scanner.ledger.ledger import Ledger
from scanner.rulebook.rule import Rule, rulebook_of
from scanner.rulebook.suppressions import Suppression
from scanner.rulebook.until import utc_today
from scanner.rulebook.yara_rules import NO_YARA
from scanner.service.again.replay import Hit, Replay, Report
from scanner.service.again.second_look import second_look
from scanner.service.assembly import utc_now
from tests.journeys.world import World
from tests.rulebook import rule


def draft(match: dict[str, Any], id: str = "draft", **more: Any) -> Rule:
    return rule(match, id=id, **more)


@asynccontextmanager
async def _replay(world: World, rules: list[Rule], fetch: bool, **more: Any) -> AsyncIterator[tuple[Ledger, Replay]]:
    settings, today = world.settings(), utc_today()
    hindsight = Hindsight(rules, "", today)
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        if not fetch:
            yield ledger, Replay(ledger, hindsight, today=today, **more)
            return
        async with second_look(settings, rulebook_of(rules), NO_YARA) as again:
            yield ledger, Replay(ledger, hindsight, today=today, again=again, **more)


async def replayed(
    world: World, *rules: Rule, fetch: bool = False, suppressions: tuple[Suppression, ...] = ()
) -> tuple[list[Hit], Report]:
    async with _replay(world, list(rules), fetch, suppressions=suppressions) as (ledger, replay):
        stretch = await ledger.stretch(utc_now() - timedelta(days=1), None)
        hits = [hit async for _, page in replay.over(stretch) for hit in page]
    return hits, replay.report


def shown(hits: list[Hit]) -> list[tuple[str, str]]:
    """What changed of which path."""
    return sorted((hit.change.value, hit.path.rpartition("/")[2]) for hit in hits)
