from __future__ import annotations

import pytest

from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.users import Actor, User
from tests.emulator.conftest import actor


@pytest.mark.parametrize(
    ("name", "path", "level"),
    [
        ("svc-scanner", "/", Level.OWNER),
        ("svc-scanner", "/Private/pnovak", Level.OWNER),
        ("pnovak", "/", Level.NAV),
        ("pnovak", "/Shared", Level.FULL),
        ("pnovak", "/Shared/Docs", Level.FULL),
        ("pnovak", "/Private", Level.NAV),
        ("pnovak", "/Private/pnovak", Level.OWNER),
        ("pnovak", "/Private/jdoe", Level.NONE),
        ("external", "/Shared", Level.NAV),
        ("external", "/Shared/Docs", Level.NONE),
    ],
)
def test_what_users_may_do_where(domain: Domain, name: str, path: str, level: Level) -> None:
    node = domain.tree.find(path)
    assert node is not None
    assert domain.permission(actor(domain, name).user, node) is level


@pytest.mark.parametrize(("setting", "status"), [(403, 403), (404, 404)])
def test_what_is_hidden(domain: Domain, setting: int, status: int) -> None:
    domain.switches.hidden_status = setting
    node = domain.tree.find("/Shared/Docs")
    assert node is not None
    with pytest.raises(ApiError) as refused:
        domain.require(actor(domain, "external").user, node, Level.VIEWER)
    assert refused.value.status == status


def test_ids_beyond_32_bits_are_given_to_new_users(domain: Domain) -> None:
    made = domain.add_user(User(0, "new", "new@example.org", "New", "User"))
    assert made.id > 2**32
    assert domain.tree.find("/Private/new") is not None


def test_every_event_counts_as_a_change(domain: Domain) -> None:
    before = domain.changes
    domain.record(actor(domain), "note", "create", {"note_id": "n"}, paths=("/Shared/Docs",))
    assert domain.changes == before + 1


@pytest.mark.parametrize(("setting", "name"), [("impersonated", "pnovak"), ("admin", "svc-scanner")])
def test_the_actor_of_an_impersonated_act(domain: Domain, setting: str, name: str) -> None:
    domain.switches.act_as_actor = setting
    who = Actor(actor(domain, "pnovak").user, impersonator=actor(domain).user)
    event = domain.record(who, "note", "create", {}, paths=())
    assert (event.actor_id, event.user_id) == (actor(domain, name).user.id, who.user.id)
