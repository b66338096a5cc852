from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import FS, put

ClientOf = Callable[[str], httpx.Client]
ALL = "/pubapi/v1/properties/namespace"
PATH = "/Shared/Docs/a.txt"
KEYS = {
    "verdict": {
        "type": "enum",
        "data": ["clean", "infected"],
        "displayName": "Verdict",
        "helpText": "Of the last scan",
    },
    "scanned_at": {"type": "date", "helpText": "When", "priority": 2},
    "entry": {"type": "string", "helpText": "Which version"},
    "count": {"type": "integer", "helpText": "How many"},
    "share": {"type": "decimal", "helpText": "How much"},
    "words": {"type": "labels", "helpText": "Any"},
    "kinds": {"type": "multi_value_enum", "data": ["a", "b"], "helpText": "Some"},
}
NAMESPACE = {"name": "orchid_scan", "scope": "protected", "displayName": "Content scan", "keys": KEYS}


@pytest.fixture
def scan(api: httpx.Client) -> httpx.Client:
    """The admin's client; the namespace orchid_scan and the file of PATH exist."""
    assert api.post(ALL, json=NAMESPACE).status_code == 204
    put(api, PATH)
    return api


def url(api: httpx.Client, ns: str = "orchid_scan") -> str:
    return f"{FS}/ids/file/{api.get(f'{FS}{PATH}').json()['group_id']}/properties/{ns}"


def write(api: httpx.Client, target: str, **values: object) -> None:
    answer = api.put(target, json=values)
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def test_a_namespace_reads_back_as_sent(scan: httpx.Client) -> None:
    assert scan.get(f"{ALL}/orchid_scan").json() == NAMESPACE
    assert scan.get(ALL).json() == [NAMESPACE]
    assert scan.get(f"{ALL}/other").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "with-hyphen"}, 400),
        ({"name": ""}, 400),
        ({"name": 1}, 400),
        ({"scope": "secret"}, 400),
        ({"colour": "red"}, 400),
        ({"metadataScopeType": "LOCAL"}, 400),
        ({"inheritable": "yes"}, 400),
        ({"keys": []}, 400),
        ({"keys": {"with-hyphen": {"type": "string", "helpText": "x"}}}, 400),
        ({"keys": {"k": {"type": "string", "helpText": ""}}}, 400),
        ({"keys": {"k": {"type": "string"}}}, 400),
        ({"keys": {"k": {"type": "blob", "helpText": "x"}}}, 400),
        ({"keys": {"k": {"type": "enum", "helpText": "x"}}}, 400),
        ({"keys": {"k": {"type": "enum", "helpText": "x", "data": []}}}, 400),
        ({"keys": {"k": {"type": "string", "helpText": "x", "data": ["a"]}}}, 400),
        ({"keys": {"k": {"type": "string", "helpText": "x", "size": 1}}}, 400),
        ({"keys": {"k": "string"}}, 400),
        ({"name": "orchid_scan"}, 409),
        ({"metadataScopeType": "FOLDER_SCOPE", "inheritable": True}, 204),
    ],
)
def test_rules_of_namespaces(scan: httpx.Client, change: dict[str, object], status: int) -> None:
    answer = scan.post(ALL, json={"name": "new", "scope": "public", "keys": {}, **change})
    assert answer.status_code == status
    assert status == 204 or set(answer.json()) == {"errorMessage"}


def test_namespaces_and_keys_change(scan: httpx.Client) -> None:
    one = f"{ALL}/orchid_scan"
    new = {"type": "string", "helpText": "x"}
    answers = [
        scan.patch(one, json={"displayName": "Other"}),
        scan.patch(one, json={"name": "renamed"}),
        scan.post(f"{one}/keys", json={"key": "new", **new}),
        scan.post(f"{one}/keys", json={"key": "new", **new}),
        scan.post(f"{one}/keys", json=new),
        scan.patch(f"{one}/keys/new", json={"helpText": "y"}),
        scan.patch(f"{one}/keys/new", json={"type": "integer"}),
        scan.patch(f"{one}/keys/gone", json={"helpText": "y"}),
        scan.delete(f"{one}/keys/verdict"),
        scan.delete(f"{one}/keys/verdict"),
    ]
    assert [answer.status_code for answer in answers] == [204, 400, 204, 409, 400, 204, 400, 404, 204, 404]
    found = scan.get(one).json()
    assert (found["displayName"], found["keys"]["new"]["helpText"], "verdict" in found["keys"]) == ("Other", "y", False)


def test_what_is_in_use_is_deleted_by_force_only(scan: httpx.Client) -> None:
    one, force = f"{ALL}/orchid_scan", {"X-Egnyte-Force-Delete": "Yes"}
    write(scan, url(scan), verdict="clean", entry="x")
    refused = scan.delete(one)
    assert (refused.status_code, set(refused.json())) == (403, {"errorMessage"})
    assert [scan.delete(f"{one}/keys/{key}").status_code for key in ("verdict", "words")] == [403, 204]
    assert scan.delete(f"{one}/keys/verdict", headers=force).status_code == 204
    assert scan.get(url(scan)).json() == {"results": [{"orchid_scan": {"entry": "x"}}]}
    assert scan.delete(one, headers=force).status_code == 204
    assert scan.get(url(scan, "")).json() == {"results": []}
    assert scan.get(ALL).json() == []


def test_only_the_keys_that_are_named_change_and_null_removes(scan: httpx.Client) -> None:
    target = url(scan)
    assert scan.get(target).json() == {"results": []}
    write(scan, target, verdict="infected", entry="1")
    write(scan, target, entry=None, scanned_at="1772615722118")
    assert scan.get(target).json() == {
        "results": [{"orchid_scan": {"verdict": "infected", "scanned_at": "1772615722118"}}]
    }
    write(scan, target, verdict=None, scanned_at=None)
    assert scan.get(target).json() == {"results": []}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"verdict": "dirty"}, 400),
        ({"verdict": ["clean"]}, 400),
        ({"unknown": 1}, 400),
        ({"count": "1"}, 400),
        ({"count": True}, 400),
        ({"share": "x"}, 400),
        ({"scanned_at": "yesterday"}, 400),
        ({"scanned_at": 1772615722118}, 400),
        ({"entry": 1}, 400),
        ({"words": "a"}, 400),
        ({"words": [1]}, 400),
        ({"kinds": ["c"]}, 400),
        ({"kinds": "a"}, 400),
        ({"count": 1, "share": 0.5, "words": ["x"], "kinds": ["b"], "entry": "e"}, 200),
    ],
)
def test_values_fit_their_type_or_nothing_is_written(scan: httpx.Client, values: dict[str, Any], status: int) -> None:
    assert scan.put(url(scan), json={"verdict": "clean", **values}).status_code == status
    assert scan.get(url(scan)).json()["results"] == (
        [{"orchid_scan": {"verdict": "clean", **values}}] if status == 200 else []
    )


def test_a_group_id_is_the_file_and_an_entry_id_one_version(scan: httpx.Client) -> None:
    ids = scan.get(f"{FS}{PATH}").json()
    version = f"{FS}/ids/file/{ids['entry_id']}/properties/orchid_scan"
    write(scan, version, verdict="infected")
    write(scan, url(scan), verdict="clean")
    put(scan, PATH, b"next version")
    scan.post(f"{FS}{PATH}", json={"action": "move", "destination": "/Shared/Docs/b.txt"})
    query: dict[str, str] = {"list_custom_metadata": "true"}
    file = scan.get(f"{FS}/Shared/Docs/b.txt", params=query).json()
    listed = scan.get(f"{FS}/Shared/Docs", params=query).json()["files"][0]
    old = scan.get(f"{FS}/Shared/Docs/b.txt", params={**query, "entry_id": ids["entry_id"]}).json()
    clean, infected = [{"orchid_scan": {"verdict": "clean"}}], [{"orchid_scan": {"verdict": "infected"}}]
    assert [each["custom_metadata"] for each in (file, listed, old)] == [clean, clean, infected]
    assert scan.get(version).json() == {"results": infected}


def test_folders_have_values_too(scan: httpx.Client) -> None:
    folder = scan.get(f"{FS}/Shared/Docs").json()["folder_id"]
    target = f"{FS}/ids/folder/{folder}/properties"
    write(scan, f"{target}/orchid_scan", verdict="clean")
    assert scan.get(target).json() == {"results": [{"orchid_scan": {"verdict": "clean"}}]}
    assert scan.get(f"{FS}/ids/file/{folder}/properties").status_code == 404


@pytest.mark.parametrize(
    ("scope", "read", "listed", "written"),
    [("public", 200, 1, 200), ("protected", 200, 1, 403), ("private", 404, 0, 404)],
)
def test_scopes_hold_against_other_applications(
    api: httpx.Client, client_of: ClientOf, scope: str, read: int, listed: int, written: int
) -> None:
    api.post(ALL, json={**NAMESPACE, "scope": scope})
    put(api, PATH)
    write(api, url(api), verdict="clean")
    other = client_of("pnovak")  # a token of another client id
    query = {"list_custom_metadata": "true"}
    shown = other.get(f"{FS}{PATH}", params=query).json()["custom_metadata"]
    assert [other.get(f"{ALL}/orchid_scan").status_code, len(other.get(ALL).json()), len(shown)] == [
        read,
        listed,
        listed,
    ]
    assert other.get(url(api)).status_code == read
    assert other.put(url(api), json={"verdict": "infected"}).status_code == written
    assert other.delete(f"{ALL}/orchid_scan").status_code == (403 if scope == "public" else written)


def test_rights_are_those_on_the_item(scan: httpx.Client, client_of: ClientOf) -> None:
    scan.patch(f"{ALL}/orchid_scan", json={"scope": "public"})
    external = client_of("external")
    assert external.get(url(scan)).status_code == 403
    scan.post("/pubapi/v2/perms/Shared/Docs", json={"userPerms": {"external": "Viewer"}})
    assert [external.get(url(scan)).status_code, external.put(url(scan), json={}).status_code] == [200, 403]
    assert scan.get(f"{FS}/ids/file/unknown/properties/orchid_scan").status_code == 404
    assert scan.put(url(scan, "unknown"), json={}).status_code == 404


def test_metadata_makes_no_event(scan: httpx.Client) -> None:
    before = scan.get("/pubapi/v2/events/cursor").json()["latest_event_id"]
    write(scan, url(scan), verdict="clean")
    assert scan.get("/pubapi/v2/events/cursor").json()["latest_event_id"] == before
