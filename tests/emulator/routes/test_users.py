from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

ClientOf = Callable[[str], httpx.Client]
USERS = "/pubapi/v2/users"
GROUPS = "/pubapi/v2/groups"


def names(api: httpx.Client, **query: str | int) -> list[str]:
    return [row["userName"] for row in api.get(USERS, params=query).json()["resources"]]


def group(api: httpx.Client, name: str, *members: int) -> dict[str, object]:
    answer = api.post(GROUPS, json={"displayName": name, "members": [{"value": member} for member in members]})
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_a_user_by_id_with_an_id_beyond_32_bits(api: httpx.Client) -> None:
    row = api.get(USERS, params={"filter": 'userName eq "pnovak"'}).json()["resources"][0]
    made = group(api, "Engineering", row["id"])
    found = api.get(f"{USERS}/{row['id']}").json()
    assert row["id"] > 1 << 32
    assert found.pop("createdDate") == found.pop("lastActiveDate")
    assert found == {
        "id": row["id"], "userName": "pnovak", "externalId": "", "email": "pnovak@example.org",
        "name": {"formatted": "Pnovak Example", "familyName": "Example", "givenName": "Pnovak"},
        "active": True, "locked": False, "authType": "egnyte", "userType": "power", "role": "", "idpUserId": "",
        "isServiceAccount": False, "groups": [{"displayName": "Engineering", "value": made["id"]}],
    }  # fmt: skip


@pytest.mark.parametrize("user_id", ["999", "pnovak", "-1", "9" * 30])
def test_unknown_users_are_a_404(api: httpx.Client, user_id: str) -> None:
    answer = api.get(f"{USERS}/{user_id}")
    assert answer.status_code == 404
    assert answer.json()["formErrors"] == [{"code": "404", "msg": f"User {user_id} does not exist"}]


def test_pages_count_from_one(api: httpx.Client) -> None:
    assert names(api) == ["svc-scanner", "pnovak", "jdoe", "external"]
    answer = api.get(USERS, params={"startIndex": 2, "count": 2}).json()
    assert [row["userName"] for row in answer.pop("resources")] == ["pnovak", "jdoe"]
    assert answer == {"totalResults": 4, "itemsPerPage": 2, "startIndex": 2}
    assert names(api, startIndex=5) == []
    assert [api.get(USERS, params=query).status_code for query in ({"startIndex": 0}, {"count": 0})] == [400, 400]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('userName eq "pnovak"', ["pnovak"]),
        ('userName eq "PNOVAK"', ["pnovak"]),
        ('email eq "jdoe@example.org"', ["jdoe"]),
        ('externalId eq "x"', []),
        ('userName eq "nobody"', []),
    ],
)
def test_filters(api: httpx.Client, filter_: str, found: list[str]) -> None:
    assert names(api, filter=filter_) == found


@pytest.mark.parametrize("filter_", ["", "pnovak", 'userName sw "p"', 'password eq "x"', "userName eq pnovak"])
def test_filters_that_mean_nothing_are_refused(api: httpx.Client, filter_: str) -> None:
    assert api.get(USERS, params={"filter": filter_}).status_code == 400


def test_everything_is_for_admins(client_of: ClientOf) -> None:
    power = client_of("pnovak")
    answers = [
        power.get(USERS), power.get(f"{USERS}/77"), power.get(GROUPS), power.get(f"{GROUPS}/x"),
        power.post(GROUPS, json={"displayName": "x"}), power.delete(f"{GROUPS}/x"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403] * 6


def test_groups_are_made_listed_without_members_and_deleted(api: httpx.Client) -> None:
    engineering, sales = group(api, "Engineering", 77), group(api, "Sales")
    assert engineering["members"] == [{"username": "svc-scanner", "value": 77, "display": "Svc Scanner"}]
    assert api.get(f"{GROUPS}/{engineering['id']}").json() == engineering
    assert api.get(GROUPS, params={"startIndex": 2}).json() == {
        "totalResults": 2, "itemsPerPage": 1, "startIndex": 2,
        "resources": [{"id": sales["id"], "displayName": "Sales"}],
    }  # fmt: skip
    assert api.delete(f"{GROUPS}/{sales['id']}").status_code == 200
    assert [api.get(f"{GROUPS}/{sales['id']}").status_code, api.delete(f"{GROUPS}/x").status_code] == [404, 404]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('displayName eq "sales"', ["Sales"]),
        ('displayName sw "S"', ["Sales", "Support"]),
        ('displayName co "PP"', ["Support"]),
    ],
)
def test_groups_are_found_by_name(api: httpx.Client, filter_: str, found: list[str]) -> None:
    for name in ("Sales", "Support", "Engineering"):
        group(api, name)
    resources = api.get(GROUPS, params={"filter": filter_}).json()["resources"]
    assert [row["displayName"] for row in resources] == found


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"displayName": " "}, 400),
        ({"displayName": "New", "members": "x"}, 400),
        ({"displayName": "New", "members": [{"value": 1}]}, 400),
        ({"displayName": "New", "members": ["x"]}, 400),
        ({"displayName": "Taken"}, 409),
    ],
)
def test_bad_groups_are_refused(api: httpx.Client, body: dict[str, object], status: int) -> None:
    group(api, "Taken")
    assert api.post(GROUPS, json=body).status_code == status


def test_a_member_has_what_the_group_is_granted(api: httpx.Client, client_of: ClientOf) -> None:
    user_id = api.get(USERS, params={"filter": 'userName eq "external"'}).json()["resources"][0]["id"]
    group(api, "Partners", user_id)
    api.post("/pubapi/v2/perms/Shared/Docs", json={"groupPerms": {"Partners": "Viewer"}})
    assert client_of("external").get("/pubapi/v1/fs/Shared/Docs").status_code == 200
