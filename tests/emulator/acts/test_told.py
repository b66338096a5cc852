from __future__ import annotations

from typing import Any

from emulator.acts.locks import lock, unlock
from emulator.acts.removal import delete, purge, restore
from emulator.acts.transfer import copy, move
from emulator.acts.upload import add_folder, upload
from emulator.blobs import memory_blob
from emulator.domain import Domain, Notice
from tests.emulator.conftest import actor


def test_webhooks_hear_of_every_act(domain: Domain) -> None:
    heard: list[Notice] = []
    domain.listeners.append(heard.append)
    who = actor(domain, source="WebUI")
    file = upload(domain, who, "/Shared/Docs/a.txt", memory_blob(b"1"))
    lock(domain, who, file)
    unlock(domain, who, file)
    move(domain, who, file, "/Shared/Docs/b.txt")
    copy(domain, who, file, "/Shared/Docs/c.txt")
    item = delete(domain, who, file)
    restore(domain, who, item.id)
    purge(domain, who, delete(domain, who, add_folder(domain, who, "/Shared/Docs/New")).id)
    assert [notice.event_type for notice in heard] == [
        "fs:add_file", "fs:lock_file", "fs:unlock_file", "fs:move_file", "fs:copy_file", "fs:delete_file",
        "fs:restore_from_trash", "fs:add_folder", "fs:delete_folder", "fs:delete_from_trash",
    ]  # fmt: skip
    ids = {"targetGroupId": file.group_id, "targetEntryId": file.current.entry_id}
    assert data(heard, 0) == {"targetPath": "/Shared/Docs/a.txt", **ids}
    assert data(heard, 3) == {"targetPath": "/Shared/Docs/b.txt", "sourcePath": "/Shared/Docs/a.txt", **ids}


def data(heard: list[Notice], index: int) -> dict[str, Any]:
    return heard[index].data
