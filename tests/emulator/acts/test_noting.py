from __future__ import annotations

import pytest

from emulator.acts.noting import add_note, delete_note, found_note, may_delete
from emulator.domain import Domain, Notice
from emulator.errors import ApiError
from tests.emulator.conftest import actor


def test_a_note_on_a_folder_tells_webhooks_too(domain: Domain) -> None:
    heard: list[Notice] = []
    domain.listeners.append(heard.append)
    note = add_note(domain, actor(domain, "pnovak"), "/Shared/Docs", "hello")
    delete_note(domain, actor(domain, "pnovak"), note.id)
    data = {"targetPath": "/Shared/Docs", "noteId": note.id}
    assert note.is_folder
    assert [(each.event_type, each.data) for each in heard] == [
        ("comment:set_comment", data), ("comment:remove_comment", data),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "may"), [("pnovak", True), ("jdoe", False), ("svc-scanner", True)])
def test_authors_and_owners_may_delete(domain: Domain, name: str, may: bool) -> None:
    note, node = found_note(
        domain, actor(domain).user, add_note(domain, actor(domain, "pnovak"), "/Shared/Docs", "x").id
    )
    assert may_delete(domain, actor(domain, name).user, note, node) is may


def test_rights_lost_hide_ones_own_note(domain: Domain) -> None:
    note = add_note(domain, actor(domain, "pnovak"), "/Shared/Docs", "x")
    domain.permissions.of(found_note(domain, actor(domain).user, note.id)[0].resource_id).groups["All Power Users"] = (
        "None"
    )
    with pytest.raises(ApiError) as refused:
        delete_note(domain, actor(domain, "pnovak"), note.id)
    assert refused.value.status == 403
