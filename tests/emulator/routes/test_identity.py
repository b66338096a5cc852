from __future__ import annotations

import httpx


def test_userinfo_has_the_newer_fields(api: httpx.Client) -> None:
    assert api.get("/pubapi/v1/userinfo").json() == {
        "id": 77,
        "first_name": "Svc",
        "last_name": "Scanner",
        "username": "svc-scanner",
        "user_type": "admin",
        "email": "svc-scanner@example.org",
    }


def test_whoami_names_the_domain(api: httpx.Client) -> None:
    found = {"clientId": "demo-client", "username": "svc-scanner", "domain": "orchidworks", "scopes": ["fs"]}
    assert api.get("/pubapi/v1/whoami").json() == found
