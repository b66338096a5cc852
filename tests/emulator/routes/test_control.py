from __future__ import annotations

import httpx
import pytest

from tests.emulator.conftest import put


def test_state_lists_every_file_with_all_versions(api: httpx.Client) -> None:
    first, second = (put(api, "/Shared/Docs/a.txt", text) for text in (b"1", b"22"))
    [file] = api.get("/_emulator/state").json()["files"]
    versions = [
        {
            "entry_id": ids["entry_id"],
            "size": size,
            "checksum": ids["checksum"],
            "sha512": ids["checksum"],
            "uploaded_by": "svc-scanner",
        }
        for ids, size in ((first, 1), (second, 2))
    ]
    assert file == {"group_id": first["group_id"], "path": "/Shared/Docs/a.txt", "locked": False, "versions": versions}


def test_the_clock_is_set_advanced_and_frozen(api: httpx.Client) -> None:
    first = api.post("/_emulator/clock", json={"set": "2026-03-04T09:15:22Z", "freeze": True}).json()["now"]
    second = api.post("/_emulator/clock", json={"advance": 1.5}).json()["now"]
    assert (first, second, api.get("/_emulator/clock").json()["now"]) == (1772615722000, 1772615723500, 1772615723500)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"set": "noon"}),
        ("clock", {"add": 1}),
        ("switches", {"colour": "red"}),
        ("switches", {"conflict_status": 200}),
        ("switches", {"etag_quotes": 1}),
        ("limits", {"weekly": 1}),
        ("limits", {"qps": "many"}),
        ("clock", {"advance": "soon"}),
        ("clock", {"advance": True}),
        ("events/prune", {"keep": None}),
        ("tokens", {"user": "jdoe", "qps": "many"}),
        ("users", {"username": 1}),
        ("users", {"username": "x", "id": "1"}),
        ("act", {"action": "move", "path": "/Shared/Docs"}),
        ("events/prune", {"all": True}),
        ("tokens", {"user": "nobody"}),
        ("tokens", {"user": "jdoe", "colour": "red"}),
        ("users", {"username": "jdoe"}),
        ("act", {"action": "fly"}),
        ("act", {"action": "move", "path": "/Shared/Docs", "to": "/Shared/Else"}),
        ("act", {"action": "delete", "as": "nobody", "path": "/Shared/Docs"}),
    ],
)
def test_what_means_nothing_is_a_400(api: httpx.Client, path: str, body: dict[str, object]) -> None:
    assert api.post(f"/_emulator/{path}", json=body).status_code == 400


def test_the_control_surface_needs_no_token(api: httpx.Client) -> None:
    assert httpx.get(api.base_url.join("/_emulator/state"), trust_env=False).status_code == 200


def test_pruning_by_number_and_by_age(api: httpx.Client) -> None:
    for _ in range(4):
        put(api, "/Shared/Docs/a.txt")
    assert api.post("/_emulator/events/prune", json={"keep": 3}).json() == {"pruned": 2}
    api.post("/_emulator/clock", json={"advance": 100})
    assert api.post("/_emulator/events/prune", json={"older_than": 50}).json() == {"pruned": 3}


def test_a_user_can_be_added_and_given_a_token(api: httpx.Client) -> None:
    made = api.post("/_emulator/users", json={"username": "new", "user_type": "standard"}).json()
    api.post("/_emulator/tokens", json={"user": "new", "value": "new-token"})
    found = api.get("/pubapi/v1/userinfo", headers={"Authorization": "Bearer new-token"}).json()
    assert (found["id"], found["user_type"]) == (made["id"], "standard")


def test_without_https_there_is_no_certificate(api: httpx.Client) -> None:
    assert api.get("/_emulator/certificate").status_code == 404


def test_an_unknown_token_cannot_be_revoked(api: httpx.Client) -> None:
    assert api.delete("/_emulator/tokens/none").status_code == 404
