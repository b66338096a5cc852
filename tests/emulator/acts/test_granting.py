from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.acts.granting import Change, Grants, change_permissions, grants, shared_folder
from emulator.domain import Domain, Notice
from emulator.errors import ApiError
from emulator.perms import BY_LABEL
from emulator.users import Actor, User
from tests.emulator.conftest import actor


def set_(
    domain: Domain, path: str = "/Shared/Docs", inherits: bool | None = None, keep: bool = False, **users: str
) -> None:
    folder = shared_folder(domain.tree.find(path))
    change_permissions(domain, actor(domain), folder, Change(Grants(users), inherits, keep))


def test_webhooks_hear_of_each_subject(domain: Domain) -> None:
    heard: list[Notice] = []
    domain.listeners.append(heard.append)
    set_(domain, pnovak="Viewer", stranger="Owner")
    user = actor(domain, "pnovak").user
    by = actor(domain).user
    assert [(each.event_type, each.data) for each in heard] == [
        (
            "permission:permission_change",
            {
                "assignee": "pnovak", "assigneeId": user.id, "assigner": by.username, "assignerId": by.id,
                "folderPath": "/Shared/Docs", "newPrivilege": "Viewer", "oldPrivilege": "None",
            },
        )
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/Private", "/Private/pnovak", "/Shared/gone"])
def test_only_folders_in_shared_have_permissions(domain: Domain, path: str) -> None:
    with pytest.raises(ApiError) as refused:
        shared_folder(domain.tree.find(path))
    assert refused.value.status == 404


_STEP = st.tuples(
    st.sampled_from(["/Shared/Docs", "/Shared/Docs/Below"]),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.dictionaries(st.sampled_from(["pnovak", "external"]), st.sampled_from(list(BY_LABEL)), max_size=2),
)


@given(st.lists(_STEP, max_size=8))
def test_whatever_came_before_the_level_given_last_is_the_level_held(history: list[Any]) -> None:
    """As far as names go: a group may give more."""
    domain = Domain()
    for name in ("svc-scanner", "pnovak", "external"):
        domain.add_user(User(0, name, f"{name}@example.org", name, "X", "admin" if "-" in name else "standard"))
    docs = domain.new_folder(shared_folder(domain.tree.find("/Shared")), "Docs")
    domain.new_folder(docs, "Below")
    admin = domain.users.named("svc-scanner")
    assert admin is not None
    for path, inherits, keep, users in history:
        folder = shared_folder(domain.tree.find(path))
        change = Change(Grants(users), inherits, keep and inherits is False)
        change_permissions(domain, Actor(admin), folder, change)
        shown = grants(domain, folder).users
        assert {name: shown.get(name, "None") for name in users} == users
        held = {name: domain.permission(user, folder).label for name in users if (user := domain.users.named(name))}
        assert held == users
    domain.close()
