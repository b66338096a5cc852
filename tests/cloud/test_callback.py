"""The listener that a browser comes back to takes one answer, and nothing else that knocks."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from scanner.cloud.callback import callback
from scanner.errors import ConfigurationError


def test_the_answer_with_our_state_is_taken_and_said_to_have_arrived() -> None:
    with callback(0, "abc") as waiting:
        answer = httpx.get(f"{waiting.redirect_uri}?code=c0de&state=abc")
        assert (answer.status_code, "may close this window" in answer.text) == (200, True)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert waiting.wait(0) == "/callback?code=c0de&state=abc"


@pytest.mark.parametrize(
    "target",
    ["/callback?code=evil&state=other", "/callback?code=evil", "/?state=abc&code=evil", "/favicon.ico", "//[x"],
)
def test_others_who_knock_are_turned_away_and_the_wait_goes_on(target: str) -> None:
    with callback(0, "abc") as waiting:
        origin = urlsplit(waiting.redirect_uri)
        with socket.create_connection((origin.hostname or "", origin.port or 0)) as connection:
            connection.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
            assert connection.makefile("rb").readline().split()[1] == b"400"
        assert waiting.wait(0) is None


def test_the_first_answer_stays() -> None:
    with callback(0, "abc") as waiting:
        statuses = [httpx.get(f"{waiting.redirect_uri}?code={code}&state=abc").status_code for code in ("one", "two")]
        assert (statuses, waiting.answer) == ([200, 400], "/callback?code=one&state=abc")


def test_one_who_connects_and_says_nothing_holds_nobody_up() -> None:
    with callback(0, "abc") as waiting:
        origin = urlsplit(waiting.redirect_uri)
        with socket.create_connection((origin.hostname or "", origin.port or 0)):
            assert httpx.get(f"{waiting.redirect_uri}?code=c&state=abc").status_code == 200


def test_nobody_from_elsewhere_can_connect() -> None:
    with callback(0, "abc") as waiting:
        assert waiting.server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    taken = pytest.raises(ConfigurationError, match="cannot be listened on: Address already")
    with callback(0, "abc") as first, taken, callback(first.server.server_address[1], "abc"):
        pass
    assert "".join(capfd.readouterr()) == ""
