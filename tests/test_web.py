import asyncio
import contextlib
import socket

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from scanner.errors import ConfigurationError
from scanner.health import Check, Health
from scanner.web import application, bind, server

WELL = Health((Check("ledger", True),))
ILL = Health((Check("engines", False, "engine-down: no answer"),))


@contextlib.asynccontextmanager
async def serving(live, ready):
    registry = CollectorRegistry()
    Counter("scanner_things", "Things", registry=registry).inc()
    listener = bind("127.0.0.1:0")
    web = server(application(registry, live, ready))
    task = asyncio.create_task(web.serve(sockets=[listener]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        yield client
    web.should_exit = True
    await task
    listener.close()


async def answer(health):
    return health


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
async def test_metrics_are_served_without_a_redirect(path):
    async with serving(lambda: answer(WELL), lambda: answer(WELL)) as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert "scanner_things_total 1.0" in response.text


@pytest.mark.parametrize("path", ["/livez", "/healthz", "/readyz"])
async def test_a_probe_says_yes_with_200(path):
    async with serving(lambda: answer(WELL), lambda: answer(WELL)) as client:
        response = await client.get(path)

    assert (response.status_code, response.json()) == (200, WELL.as_json())


async def test_a_probe_says_no_with_503_and_the_reason():
    async with serving(lambda: answer(WELL), lambda: answer(ILL)) as client:
        response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (503, ILL.as_json())


def test_an_address_in_use_is_a_problem_the_user_can_mend():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught:
            bind(f"127.0.0.1:{port}")

    assert str(caught.value).startswith(f"http.listen: cannot listen on 127.0.0.1:{port}: ")
