from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator import state
from emulator.acts.locks import lock
from emulator.acts.removal import delete, delete_version, restore
from emulator.acts.upload import upload
from emulator.blobs import MEMORY_LIMIT, Slice, memory_blob, pattern_blob
from emulator.domain import Domain
from emulator.links import Link
from emulator.notes import Note
from emulator.seed import add_admin, seed_demo
from emulator.summary import summary
from emulator.tree import File
from emulator.webhooks import Webhook
from tests.emulator.conftest import actor


async def lived(folder: Path) -> Domain:
    """A domain in which everything that can be saved has happened."""
    domain = state.load(folder)
    add_admin(domain, "t")
    seed_demo(domain)
    who = actor(domain)
    writer = domain.blobs.writer()
    await writer.write(b"x" * MEMORY_LIMIT)
    upload(domain, who, "/Shared/Inbox/large.bin", await writer.finish())
    upload(domain, who, "/Shared/Inbox/zero.bin", pattern_blob(b"\0", 1000), checksum="2-1-1000-ab")
    plan = domain.tree.find("/Shared/Projects/Kite/plan.txt")
    assert isinstance(plan, File)
    domain.notes.add(Note("n1", plan.group_id, False, "hello", 41, 0))
    domain.links.add(Link("l1", plan.group_id, "file", "anyone", 41, 0, recipients=["a@example.org"]))
    domain.webhooks.add(Webhook("w1", "app", "https://example.org", 0, event_types=["fs:*"]))
    domain.properties.values[plan.group_id] = {"ns": {"key": 1}}
    lock(domain, who, plan, token="own")
    delete_version(domain, who, plan, plan.versions[0].entry_id)
    finance = domain.tree.find("/Shared/Finance")
    assert finance is not None
    delete(domain, who, finance)
    delete(domain, who, upload(domain, who, "/Shared/Inbox/gone.txt", memory_blob(b"gone")))
    domain.switches.update({"rename_event": "move"})
    domain.clock.advance(1_000_000)
    return domain


def frozen_summary(domain: Domain) -> dict[str, Any]:
    return {key: value for key, value in summary(domain).items() if key != "now"}


async def test_a_restart_finds_everything_again(tmp_path: Path) -> None:
    domain = await lived(tmp_path)
    state.save(domain, tmp_path)
    again = state.load(tmp_path)
    assert frozen_summary(again) == frozen_summary(domain)
    assert state.snapshot(again) == state.snapshot(domain)
    assert list(again.events) == list(domain.events)
    assert (again.ids.uuid(), again.events.next_id()) == (domain.ids.uuid(), domain.events.next_id())
    assert abs(again.clock.now() - domain.clock.now()) < 5000


async def test_bytes_survive_in_memory_on_disk_and_as_patterns(tmp_path: Path) -> None:
    domain = await lived(tmp_path)
    state.save(domain, tmp_path)
    again = state.load(tmp_path)
    for file in domain.tree.files.values():
        twin = again.tree.files[file.group_id]
        for old, new in zip(file.versions, twin.versions, strict=True):
            whole = [[p async for p in Slice(each.blob, 0, each.size).pieces()] for each in (old, new)]
            assert b"".join(whole[0]) == b"".join(whole[1])


async def test_the_trash_can_be_restored_after_a_restart(tmp_path: Path) -> None:
    state.save(await lived(tmp_path), tmp_path)
    again = state.load(tmp_path)
    for item_id in list(again.trash):
        restore(again, actor(again), item_id)
    assert again.tree.find("/Shared/Finance/Invoices/2026-03.csv") is not None
    plan = again.tree.find("/Shared/Projects/Kite/plan.txt")
    assert isinstance(plan, File)
    assert len(plan.versions) == 2


async def test_a_crash_while_saving_leaves_the_snapshot_before(tmp_path: Path) -> None:
    domain = await lived(tmp_path)
    state.save(domain, tmp_path)
    (tmp_path / "state.json.new").write_text('{"half')
    assert frozen_summary(state.load(tmp_path)) == frozen_summary(domain)


async def test_sweeping_removes_only_what_nothing_refers_to(tmp_path: Path) -> None:
    domain = await lived(tmp_path)
    state.save(domain, tmp_path)
    blobs = tmp_path / state.BLOBS
    before = {path.name for path in blobs.iterdir()}
    (blobs / "part-left").write_bytes(b"x")
    state.sweep(domain, tmp_path)
    assert {path.name for path in blobs.iterdir()} == before


def test_a_folder_of_another_format_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / state.SNAPSHOT).write_text(json.dumps({"format": 99}))
    with pytest.raises(ValueError, match="use an empty folder"):
        state.load(tmp_path)
