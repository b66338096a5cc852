"""An emulator for each test: a fresh domain on a free port, with unlimited calls and a few users."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from emulator.domain import Domain
from emulator.server import Running, start
from emulator.users import Actor, User

FS = "/pubapi/v1/fs"
CONTENT = "/pubapi/v1/fs-content"


@pytest.fixture
def emulator() -> Iterator[Running]:
    running = start()
    for name, kind in (("pnovak", "power"), ("jdoe", "power"), ("external", "standard")):
        person = User(0, name, f"{name}@example.org", name.capitalize(), "Example", kind)
        running.domain.issue_token(running.domain.add_user(person), value=f"{name}-token", client_id="other-app")
    yield running
    running.stop()


@pytest.fixture
def client_of(emulator: Running) -> Iterator[Callable[[str], httpx.Client]]:
    """A client with the token of a user (`svc-scanner` is the admin)."""
    clients: list[httpx.Client] = []

    def make(name: str) -> httpx.Client:
        token = emulator.token if name == "svc-scanner" else f"{name}-token"
        client = httpx.Client(base_url=emulator.base_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def api(client_of: Callable[[str], httpx.Client]) -> httpx.Client:
    """The admin's client; /Shared/Docs exists."""
    client = client_of("svc-scanner")
    assert client.post(f"{FS}/Shared/Docs", json={"action": "add_folder"}).status_code == 201
    return client


@pytest.fixture
def domain() -> Iterator[Domain]:
    """A domain without a server: admin svc-scanner, power user pnovak, standard user external; /Shared/Docs."""
    made = Domain()
    for name, kind in (("svc-scanner", "admin"), ("pnovak", "power"), ("jdoe", "power"), ("external", "standard")):
        made.add_user(User(0, name, f"{name}@example.org", name.capitalize(), "Example", kind))
    docs = made.tree.find("/Shared")
    assert docs is not None
    made.new_folder(docs, "Docs")  # type: ignore[arg-type]
    yield made
    made.close()


def actor(domain: Domain, name: str = "svc-scanner", source: str = "PublicAPI") -> Actor:
    user = domain.users.named(name)
    assert user is not None
    return Actor(user, source=source)


def put(api: httpx.Client, path: str, content: bytes = b"content") -> dict[str, str]:
    """Uploads through the API and returns the ids."""
    answer = api.post(f"{CONTENT}{path}", content=content)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def switch(api: httpx.Client, **values: object) -> None:
    answer = api.post("/_emulator/switches", json=values)
    assert answer.status_code == 200, answer.text
