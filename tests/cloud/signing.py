"""A domain of the emulator that can be signed in to, with the files of its key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from emulator.server import Running, start
from scanner.settings import DomainSettings, OAuthSettings
from tests.plain_http import control

SECRET = "s3cr3t-0f-th3-k3y"  # guards nothing; odd enough to be found wherever it leaks
PASSWORD = "p4ssw0rd-0f-s0m3b0dy"
MONTH = 2_592_000


@dataclass(slots=True)
class SignIn:
    emulator: Running
    folder: Path

    def control(self, method: str, path: str, **options: Any) -> Any:
        return control(self.emulator.base_url, method, path, **options)

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", json={"advance": seconds})

    def switch(self, **changes: Any) -> None:
        self.control("POST", "switches", json=changes)

    @property
    def oauth(self) -> OAuthSettings:
        return OAuthSettings(
            client_id_file=self.folder / "id",
            client_secret_file=self.folder / "secret",
            token_store=self.folder / "store.json",
        )

    @property
    def settings(self) -> DomainSettings:
        return DomainSettings(name="acme", base_url=self.emulator.base_url, oauth=self.oauth)

    def key(self, client_id: str = "our-key", **more: Any) -> None:
        """Registered at the portal, and written into our files."""
        self.control("POST", "applications", json={"client_id": client_id, "secret": SECRET, **more})
        (self.folder / "id").write_text(client_id + "\n")
        (self.folder / "secret").write_text(SECRET + "\n")

    def asked(self, path: str = "/puboauth/token") -> list[int]:
        """The statuses of all calls to an address."""
        log = self.control("GET", "requests")
        return [one["status"] for one in log if one["path"] == path and one["method"] == "POST"]

    def works(self, token: str) -> bool:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.emulator.base_url}/pubapi/v1/userinfo", headers=headers).status_code == 200


def consent(url: str, username: str = "anna", decision: str = "approve") -> str:
    """What a person does in the browser; gives the address to which it is sent back."""
    page = httpx.get(url)
    assert page.status_code == 200, page.text
    form = {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    login = {"username": username, "password": PASSWORD, "decision": decision}
    answer = httpx.post(httpx.URL(url).join("/puboauth/authorize"), data={**form, **login})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


@contextmanager
def with_a_key(folder: Path) -> Iterator[SignIn]:
    """A key is registered, and anna may consent."""
    emulator = start(qps=1_000_000, daily=1_000_000)
    found = SignIn(emulator, folder)
    try:
        found.key()
        found.control("POST", "users", json={"username": "anna", "user_type": "admin", "password": PASSWORD})
        yield found
    finally:
        emulator.stop()
