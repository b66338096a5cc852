from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulator.server import Running, start
from tests.emulator.conftest import CONTENT, put
from tests.emulator.test_faults import fault


def test_starting_and_stopping_is_quick_enough_for_hundreds_of_tests() -> None:
    before = time.perf_counter()
    running = start()
    assert httpx.get(f"{running.base_url}/_emulator/clock", trust_env=False).status_code == 200
    running.stop()
    assert time.perf_counter() - before < 2  # 0.05 on a quiet machine


def test_a_stopped_emulator_leaves_neither_thread_nor_port_nor_folder() -> None:
    running = start()
    folder = running.domain.blobs.folder
    running.stop()
    assert "emulator" not in {thread.name for thread in threading.enumerate()}
    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.base_url, trust_env=False)


def test_two_emulators_are_two_domains(emulator: Running, api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt")
    other = start()
    try:
        found = httpx.get(f"{other.base_url}/_emulator/state", trust_env=False).json()
    finally:
        other.stop()
    assert (found["files"], len(emulator.domain.tree.files)) == ([], 1)


def test_calls_run_in_the_emulators_own_thread(emulator: Running) -> None:
    assert emulator.call(lambda: threading.current_thread().name) == "emulator"
    with pytest.raises(ZeroDivisionError):
        emulator.call(lambda: 1 // 0)


def test_stopping_does_not_wait_for_a_stalled_answer() -> None:
    running = start()
    client = httpx.Client(
        base_url=running.base_url, headers={"Authorization": f"Bearer {running.token}"}, trust_env=False
    )
    fault(client, route="userinfo", delay=60)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.get, "/pubapi/v1/userinfo")
        while not running.domain.requests.entries:
            time.sleep(0.01)
        before = time.perf_counter()
        running.stop()
        assert time.perf_counter() - before < 5
        assert isinstance(call.exception(), httpx.TransportError)
    client.close()


def test_calls_in_parallel_do_not_disturb_each_other(emulator: Running, api: httpx.Client) -> None:
    content = {f"/Shared/Docs/{number}.bin": bytes([number]) * 400_000 for number in range(8)}
    for path, data in content.items():
        put(api, path, data)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda path: api.get(CONTENT + path).content, content))
    assert got == list(content.values())
