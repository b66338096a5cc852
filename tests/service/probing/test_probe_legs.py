"""A probe's file is known by its content and its ids, and nothing else is taken away in its place."""

from __future__ import annotations

from hashlib import sha512

import pytest

from scanner.cloud.memory import MemoryCloud
from scanner.ledger.work.probing import Leg, Probe
from scanner.model import EntryId, GroupId
from scanner.service.probing.probe_legs import IN_DRY_RUN, WAYS, LegFailed, clean_up

PATH, TEXT = "/Shared/probe.txt", "a probe's text"
SHA512 = sha512(TEXT.encode()).hexdigest()


def probe(group_id: str | None = None, entry_id: str | None = None) -> Probe:
    group, entry = (GroupId(group_id) if group_id else None), (EntryId(entry_id) if entry_id else None)
    return Probe(1, "acme", PATH, SHA512, group, entry)


def test_all_legs_but_the_clean_up_are_gone_in_order_and_in_dry_run_those_that_change_nothing() -> None:
    assert [*WAYS, Leg.CLEANUP] == list(Leg)
    assert list(WAYS)[: len(IN_DRY_RUN)] == list(IN_DRY_RUN)


async def test_a_file_is_deleted_by_its_ids_wherever_it_lies_and_once_more_is_no_failure() -> None:
    cloud = MemoryCloud()
    made = await cloud.add_text(PATH, TEXT)
    await cloud.move(made.group_id, "/Shared/elsewhere.txt")
    for _ in range(2):
        await clean_up(cloud, probe(made.group_id, made.entry_id))
    assert len(await cloud.trash("/Shared/elsewhere.txt")) == 1


async def test_without_ids_it_is_known_by_path_and_content() -> None:
    cloud = MemoryCloud()
    await clean_up(cloud, probe())
    await cloud.add_text(PATH, TEXT)
    await clean_up(cloud, probe())
    assert len(await cloud.trash(PATH)) == 1


async def test_another_content_at_its_path_is_left() -> None:
    cloud = MemoryCloud()
    made = await cloud.add_text(PATH, "somebody's")
    with pytest.raises(LegFailed, match="another version"):
        await clean_up(cloud, probe())
    assert await cloud.trash(made.path) == ()
