from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from emulator.errors import ApiError
from emulator.http import ClientGoneError, Message, Request, Response, json_response


def request(*messages: Message, query: str = "", headers: dict[str, str] | None = None) -> Request:
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope: dict[str, Any] = {"method": "GET", "raw_path": b"/a%20b", "query_string": query.encode(), "headers": raw}
    return Request(scope, receive)


def body(*pieces: bytes) -> list[Message]:
    last = len(pieces) - 1
    return [{"type": "http.request", "body": p, "more_body": n != last} for n, p in enumerate(pieces)]


async def test_a_body_is_its_pieces_in_order() -> None:
    assert await request(*body(b"a", b"", b"bc")).body() == b"abc"


async def test_a_body_over_its_limit_is_a_413() -> None:
    with pytest.raises(ApiError) as refused:
        await request(*body(b"ab", b"cd")).body(limit=3)
    assert refused.value.status == 413


async def test_a_client_that_leaves_is_an_error_and_no_short_body() -> None:
    with pytest.raises(ClientGoneError):
        await request(body(b"a", b"b")[0], {"type": "http.disconnect"}).body()


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
async def test_json_that_is_no_object_is_a_400(text: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        await request(*body(text)).json()
    assert refused.value.status == 400


async def test_forms_are_decoded() -> None:
    assert await request(*body(b"a=1&b=x%20y+z&c=")).form() == {"a": "1", "b": "x y z", "c": ""}


def test_query_takes_the_first_of_a_name_and_decodes() -> None:
    assert request(query="a=1&a=2&b=x%2By+z&c").query == {"a": "1", "b": "x+y z", "c": ""}


@pytest.mark.parametrize(
    ("text", "number"), [("", None), ("-1", None), ("1e3", None), ("٣", None), ("9" * 19, None), ("7", 7)]
)
def test_numbers_in_queries(text: str, number: int | None) -> None:
    made = request(query=f"n={text}")
    if number is not None:
        assert made.number("n", 0) == number
        return
    with pytest.raises(ApiError) as refused:
        made.number("n", 0)
    assert refused.value.status == 400


def test_missing_parameters_have_defaults() -> None:
    assert (request().number("n", 5), request().flag("f", default=True), request(query="f=TRUE").flag("f")) == (
        5,
        True,
        True,
    )


def test_headers_by_lower_case_name() -> None:
    made = request(headers={"x-a": "1"})
    assert (made.header("x-a"), made.header("x-b")) == ("1", None)


class _Three:
    length = 3

    async def pieces(self) -> AsyncIterator[bytes]:
        for piece in (b"a", b"bc"):
            yield piece


@pytest.mark.parametrize(
    ("response", "sent"),
    [(Response(200, b"abc"), [b"abc"]), (Response(200, content=_Three()), [b"a", b"bc", b""])],
)
async def test_a_response_is_a_start_and_a_body(response: Response, sent: list[bytes]) -> None:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await response.send(send)
    assert messages[0] == {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
    assert [message["body"] for message in messages[1:]] == sent
    assert [message.get("more_body", False) for message in messages[1:]] == [True] * (len(sent) - 1) + [False]


def test_a_204_has_no_length() -> None:
    assert Response(204).start()["headers"] == []


def test_json_is_compact_and_unescaped() -> None:
    made = json_response({"a": "ż"}, 201, {"X": "1"})
    assert (made.status, made.body.decode()) == (201, '{"a":"ż"}')
    assert made.headers == {"Content-Type": "application/json;charset=UTF-8", "X": "1"}
