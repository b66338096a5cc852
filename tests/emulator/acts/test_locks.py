from __future__ import annotations

import pytest

from emulator.acts.locks import active_lock, lock, unlock
from emulator.acts.upload import upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.tree import File
from tests.emulator.conftest import actor


@pytest.fixture
def file(domain: Domain) -> File:
    return upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b"1"))


def test_the_server_makes_a_token_and_an_hour(domain: Domain, file: File) -> None:
    domain.clock.freeze()
    made = lock(domain, actor(domain), file)
    assert (bool(made.token), made.expires - domain.clock.now()) == (True, 3_600_000)


def test_the_owner_may_lock_again_and_others_may_not(domain: Domain, file: File) -> None:
    lock(domain, actor(domain), file)
    assert lock(domain, actor(domain), file, token="own").token == "own"
    with pytest.raises(ApiError) as refused:
        lock(domain, actor(domain, "pnovak"), file)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("name", "token", "status"),
    [("pnovak", "t", 200), ("pnovak", "", 403), ("pnovak", "x", 404), ("svc-scanner", "", 200)],
)
def test_unlocking(domain: Domain, file: File, name: str, token: str, status: int) -> None:
    lock(domain, actor(domain), file, token="t")
    found = 200
    try:
        unlock(domain, actor(domain, name), file, token)
    except ApiError as error:
        found = error.status
    assert (found, active_lock(domain, file) is None) == (status, status == 200)


def test_a_lock_ends_by_itself(domain: Domain, file: File) -> None:
    lock(domain, actor(domain), file, timeout=10)
    domain.clock.advance(10_000)
    assert active_lock(domain, file) is None
    with pytest.raises(ApiError) as refused:
        unlock(domain, actor(domain), file)
    assert refused.value.status == 404
