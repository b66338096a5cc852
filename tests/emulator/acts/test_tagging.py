from __future__ import annotations

from emulator.acts import namespaces
from emulator.acts.tagging import set_values, tagged
from emulator.acts.upload import upload
from emulator.blobs import memory_blob
from emulator.domain import Domain, Notice
from tests.emulator.conftest import actor


def test_webhooks_hear_of_each_key(domain: Domain) -> None:
    file = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b"1"))
    keys = {"a": {"type": "string", "helpText": "x"}}
    namespace = namespaces.create(domain, "mine", {"name": "n", "keys": keys})
    heard: list[Notice] = []
    domain.listeners.append(heard.append)
    target = tagged(domain, "file", file.current.entry_id)
    for value in ("v", None):
        set_values(domain, actor(domain), target, namespace, {"a": value})
    common = {"targetPath": file.path, "namespace": "n", "key": "a", "targetGroupId": file.group_id}
    assert [(each.event_type, each.data) for each in heard] == [
        ("meta:add_metadata_key", {**common, "action": "add"}),
        ("meta:delete_metadata_key", {**common, "action": "delete"}),
    ]
