"""Where only reading is allowed, every call that changes something is refused, also one that is added later."""

from __future__ import annotations

import pytest

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import Cloud, Priority
from scanner.cloud.reading import READS, only_reading
from scanner.errors import CloudRefused, Conflict
from scanner.model import GroupId
from tests.ledger.world import noon

WRITES = {
    "add_folder",
    "add_namespace",
    "add_note",
    "add_text",
    "add_webhook",
    "close",
    "close_folder",
    "delete",
    "delete_link",
    "delete_version",
    "delete_webhook",
    "lock",
    "move",
    "restore",
    "set_properties",
    "set_webhook",
    "unlock",
}


def test_each_call_of_the_port_is_known_as_one_or_the_other() -> None:
    calls = {name for name in vars(Cloud) if not name.startswith("_")}
    assert calls - READS == WRITES
    assert calls >= READS


async def test_what_reads_is_asked_and_what_writes_is_refused() -> None:
    cloud = MemoryCloud(noon)
    info = cloud.tree.upload("/Shared/a.txt", b"hello")
    reading = only_reading(cloud)
    assert await reading.file(info.group_id, priority=Priority.REMEDIATION) == info
    with pytest.raises(CloudRefused, match="nothing is to be changed now"):
        await reading.move(GroupId(info.group_id), "/Shared/b.txt")
    assert cloud.tree.by_group(info.group_id).path == "/Shared/a.txt"


async def test_a_text_that_was_put_there_before_is_found_and_none_is_put_there_now() -> None:
    cloud = MemoryCloud(noon)
    there = cloud.tree.upload("/Shared/a.txt", b"removed")
    reading = only_reading(cloud)
    assert await reading.add_text("/Shared/a.txt", "removed") == there
    with pytest.raises(Conflict, match=r"the name /Shared/a\.txt is taken"):
        await reading.add_text("/Shared/a.txt", "another")
    for free in ("/Shared/b.txt", "/Nowhere/b.txt"):
        with pytest.raises(CloudRefused, match="nothing is to be changed now"):
            await reading.add_text(free, "removed")
    assert list(cloud.tree.files) == ["/shared/a.txt"]
