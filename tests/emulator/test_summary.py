from __future__ import annotations

from emulator.acts.removal import delete, delete_version
from emulator.acts.upload import upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.links import Link
from emulator.notes import Note
from emulator.summary import summary
from tests.emulator.conftest import actor


def test_the_summary_follows_ids_to_paths(domain: Domain) -> None:
    for text in (b"1", b"2"):
        file = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(text))
    domain.notes.add(Note("n", file.group_id, False, "hello", 1, 0))
    domain.links.add(Link("l", "gone", "file", "anyone", 1, 0))
    old = file.versions[0].entry_id
    delete_version(domain, actor(domain), file, old)
    found = summary(domain)
    assert [row["path"] for row in found["files"]] == ["/Shared/Docs/a.txt"]
    assert [row["path"] for row in found["notes"]] == ["/Shared/Docs/a.txt"]
    assert [row["path"] for row in found["links"]] == [None]
    assert [(row["type"], row["entry_id"]) for row in found["trash"]] == [("version", old)]
    delete(domain, actor(domain), file)
    assert summary(domain)["trash"][1]["group_id"] == file.group_id
