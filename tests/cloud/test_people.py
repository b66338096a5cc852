"""User names: one call for a person and a day."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scanner.cloud.auth import TokenFile
from scanner.cloud.budget import Budget
from scanner.cloud.connection import connection
from scanner.cloud.meter import Meter
from scanner.cloud.people import MOST_REMEMBERED, REMEMBERED, People
from scanner.cloud.session import Session
from scanner.errors import CloudUnavailable
from scanner.model import Person
from tests.cloud.egnyte import QUICK, Egnyte, Seen, settings_for
from tests.cloud.rawserver import answer, raw_server

USERS = "/pubapi/v2/users/"
PETRA = {"id": 41, "userName": "pnovak"}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def session_to(url: str, folder: Path, seen: Seen) -> Session:
    (folder / "token").write_text("t")
    budget = Budget()
    budget.learn({"x-accesstoken-qps-allotted": "1000000"})
    settings = settings_for(url, folder / "token")
    return Session(connection(settings, QUICK), TokenFile(folder / "token"), budget, Meter(budget, seen))


async def test_many_files_of_one_person_cost_one_call(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERS, status=200, body=PETRA)

    people = await asyncio.gather(*(egnyte.cloud.person(41) for _ in range(20)))

    assert people == [Person("pnovak")] * 20
    assert egnyte.seen.codes("person") == [200]


@pytest.mark.parametrize("status", [403, 404])
async def test_that_there_is_nobody_is_remembered_too(egnyte: Egnyte, status: int) -> None:
    egnyte.fault(route=USERS, status=status)

    assert [await egnyte.cloud.person(41), await egnyte.cloud.person(41)] == [None, None]
    assert egnyte.seen.codes("person") == [status]


async def test_trouble_is_not_remembered(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERS, status=503, count=3)
    egnyte.fault(route=USERS, status=200, body=PETRA)

    with pytest.raises(CloudUnavailable):
        await egnyte.cloud.person(41)
    assert await egnyte.cloud.person(41) == Person("pnovak")


async def test_a_name_is_asked_for_again_after_a_day(tmp_path: Path) -> None:
    seen, clock = Seen(), Clock()
    with raw_server(answer(200, b'{"userName":"before"}'), answer(200, b'{"userName":"after"}')) as server:
        session = session_to(server.url, tmp_path, seen)
        people = People(session, clock)
        found = [await people.of(41)]
        clock.now = REMEMBERED - 1
        found.append(await people.of(41))
        clock.now = REMEMBERED + 1
        found.append(await people.of(41))
        await session.close()

    assert found == [Person("before"), Person("before"), Person("after")]


async def test_the_memory_is_bounded(tmp_path: Path) -> None:
    seen = Seen()
    with raw_server(answer(404)) as server:
        session = session_to(server.url, tmp_path, seen)
        people = People(session)
        people._known = {number: (float("inf"), None) for number in range(MOST_REMEMBERED)}
        assert await people.of(MOST_REMEMBERED) is None
        await session.close()

    assert (len(people._known), 0 in people._known) == (MOST_REMEMBERED, False)
