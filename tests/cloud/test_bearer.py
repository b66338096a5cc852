"""Several tokens of a domain: downloads go by whoever has calls left, and no refusal of a further one is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.server import Running, start
from scanner.cloud.auth import TokenFile
from scanner.cloud.bearer import REST, Bearer, bearers, in_order
from scanner.cloud.budget import Budget
from scanner.cloud.client import EgnyteClient
from scanner.cloud.meter import Meter, unobserved
from scanner.cloud.port import Priority
from scanner.cloud.stored_tokens import StoredTokens
from scanner.cloud.token_store import Stored, TokenStore
from scanner.errors import NotFound, Throttled
from scanner.model import EntryId, GroupId
from scanner.settings import DomainSettings
from tests.cloud.signing import SignIn
from tests.ledger.world import NOON
from tests.plain_http import control

HELPERS = ("helper-a", "helper-b")


@dataclass(slots=True)
class Team:
    """An emulated domain with a client that has three tokens."""

    emulator: Running
    cloud: EgnyteClient

    def control(self, method: str, path: str, **options: Any) -> Any:
        return control(self.emulator.base_url, method, path, **options)

    def put(self, path: str) -> tuple[GroupId, EntryId]:
        query = {"path": path, "actor": "svc-scanner", "source": "WebUI"}
        ids = self.control("POST", "upload", params=query, content=b"content")
        return GroupId(ids["group_id"]), EntryId(ids["entry_id"])

    def download(self, ids: tuple[GroupId, EntryId], priority: Priority = Priority.LIVE) -> bytes:
        with self.cloud.open_content(*ids, priority=priority) as download:
            return b"".join(download.chunks())

    def callers(self) -> Counter[str]:
        """Who asked for contents so far."""
        log = self.control("GET", "requests")
        return Counter(one["user"] for one in log if "/fs-content/" in one["path"])


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    emulator = start(qps=1_000_000, daily=1_000)
    (tmp_path / "token").write_text(emulator.token)
    cloud: EgnyteClient | None = None
    try:
        for name in HELPERS:
            user = {"username": name, "user_type": "admin"}
            httpx.post(f"{emulator.base_url}/_emulator/users", json=user).raise_for_status()
            token = {"user": name, "value": f"{name}-token", "qps": 1_000_000, "daily": 1_000}
            httpx.post(f"{emulator.base_url}/_emulator/tokens", json=token).raise_for_status()
            (tmp_path / name).write_text(f"{name}-token")
        cloud = EgnyteClient(
            DomainSettings(
                name="acme",
                base_url=emulator.base_url,
                token_file=tmp_path / "token",
                download_token_files=tuple(tmp_path / name for name in HELPERS),
            )
        )
        for budget in cloud.budgets:
            budget.learn({"x-accesstoken-qps-allotted": "1000000"})
        yield Team(emulator, cloud)
        await cloud.close()
    finally:
        emulator.stop()


async def test_downloads_are_spread_and_everything_else_is_done_by_the_first(team: Team) -> None:
    ids = team.put("/Shared/Projects/a.txt")
    team.control("DELETE", "requests")
    assert [team.download(ids) for _ in range(9)] == [b"content"] * 9
    await team.cloud.file(ids[0], priority=Priority.LIVE)
    await team.cloud.add_note("/Shared/Projects/a.txt", "looked at")
    await team.cloud.move(ids[0], "/Shared/Projects/b.txt")

    log = team.control("GET", "requests")
    assert {one["user"] for one in log if "/fs-content/" not in one["path"]} == {"svc-scanner"}
    assert team.callers() == {"svc-scanner": 3, "helper-a": 3, "helper-b": 3}


async def test_who_has_used_up_the_day_is_passed_over(team: Team) -> None:
    ids = team.put("/Shared/Projects/a.txt")
    for budget, used in zip(team.cloud.budgets, (750, 750, 740), strict=True):
        budget.learn({"x-accesstoken-quota-allotted": "1000", "x-accesstoken-quota-current": str(used)})
    for _ in range(5):
        team.download(ids)
    assert team.callers() == {"helper-b": 5}


async def test_when_all_have_used_up_the_day_the_download_waits(team: Team) -> None:
    ids = team.put("/Shared/Projects/a.txt")
    for budget in team.cloud.budgets:
        budget.learn({"x-accesstoken-quota-allotted": "1000", "x-accesstoken-quota-current": "750"})
    with pytest.raises(Throttled, match="only the reserve of 250 is left"):
        team.download(ids)
    assert team.callers() == {}


@pytest.mark.parametrize("status", [403, 404, 401])
async def test_what_a_further_token_is_refused_the_first_is_asked_for(team: Team, status: int) -> None:
    """A missing right looks like a missing file; believed, the version would never be scanned."""
    ids = team.put("/Shared/Projects/a.txt")
    team.control("POST", "faults", json={"route": "/fs-content/", "status": status, "count": 1})

    assert [team.download(ids) for _ in range(6)] == [b"content"] * 6
    assert team.callers()[HELPERS[0]] + team.callers()[HELPERS[1]] == 3, "one was refused once, and rests"


async def test_what_is_gone_for_the_first_token_too_is_gone(team: Team) -> None:
    ids = team.put("/Shared/Projects/a.txt")
    team.control(
        "POST",
        "act",
        json={"as": "svc-scanner", "source": "WebUI", "action": "delete", "path": "/Shared/Projects/a.txt"},
    )
    with pytest.raises(NotFound):
        team.download(ids)


def test_a_token_that_rests_comes_back(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    now = [0.0]
    budget = Budget()
    one = Bearer(2, TokenFile(tmp_path / "token"), budget, Meter(budget, unobserved), clock=lambda: now[0])
    one.rest()
    assert in_order([one], Priority.LIVE) == []
    now[0] = REST
    assert in_order([one], Priority.LIVE) == [one]


def test_further_tokens_are_bare_or_signed_in_to(sign_in: SignIn) -> None:
    for name in ("store.json", "further.json"):
        TokenStore(sign_in.folder / name).write(Stored("t0ken", None, None, NOON))
    (sign_in.folder / "bare").write_text("b4re")
    further = (sign_in.folder / "further.json", sign_in.folder / "bare")
    found = bearers(sign_in.settings.model_copy(update={"download_token_files": further}), unobserved)
    assert [(one.number, type(one.tokens), one.tokens.current) for one in found] == [
        (1, StoredTokens, "t0ken"),
        (2, StoredTokens, "t0ken"),
        (3, TokenFile, "b4re"),
    ]
