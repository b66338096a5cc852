"""Request and Response over raw ASGI. No framework: the emulator shares two cores with whatever is measured against it.

A body is a stream: `Request.stream` gives pieces as they arrive, `Request.body` refuses more than its limit.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from emulator.errors import ApiError
from emulator.tokens import Token
from emulator.users import Actor

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON_LIMIT = 4 * 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,18}")
JSON_TYPE = "application/json;charset=UTF-8"


class ClientGoneError(Exception):
    """The client went away in the middle of its request."""


class Request:
    """One call. `params` holds the decoded captures of the route; `actor` and `token` are set once authenticated."""

    __slots__ = ("_headers", "_query", "_receive", "actor", "method", "params", "raw_path", "scope", "token")
    actor: Actor
    token: Token

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.raw_path: str = scope["raw_path"].decode("latin-1")
        self.params: dict[str, str] = {}
        self._receive = receive
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._query: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """By lower-case name."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    @property
    def query_string(self) -> str:
        return str(self.scope["query_string"].decode("latin-1"))

    @property
    def query(self) -> dict[str, str]:
        if self._query is None:
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            self._query = dict(reversed(pairs))
        return self._query

    def number(self, name: str, default: int, *, minimum: int = 0) -> int:
        """A query parameter as an integer; 400 where it is none or too small."""
        text = self.query.get(name)
        if text is None:
            return default
        if _NUMBER.fullmatch(text) is None or int(text) < minimum:
            raise ApiError(400, f"Invalid value of parameter {name}")
        return int(text)

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.query.get(name)
        return default if text is None else text.lower() in ("true", "1")

    async def stream(self) -> AsyncIterator[bytes]:
        """Pieces of the body. Raises ClientGoneError."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            if piece := message.get("body", b""):
                yield piece
            more = message.get("more_body", False)

    async def body(self, limit: int = JSON_LIMIT) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in self.stream():
            size += len(piece)
            if size > limit:
                raise ApiError(413, "Request body too large")
            pieces.append(piece)
        return b"".join(pieces)

    async def client_gone(self) -> None:
        """Waits until the connection has ended."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def json_value(self) -> Any:
        """The body as JSON; 400 where it is none."""
        try:
            return json.loads(await self.body())
        except (ValueError, RecursionError) as error:
            raise ApiError(400, "Unparsable JSON in request body") from error

    async def json(self) -> dict[str, Any]:
        """The body as a JSON object; 400 for anything else."""
        value = await self.json_value()
        if not isinstance(value, dict):
            raise ApiError(400, "Request body must be a JSON object")
        return value

    async def form(self) -> dict[str, str]:
        text = (await self.body()).decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True))


class Content(Protocol):
    """A body that is not in memory: its length is known, its bytes come in pieces."""

    @property
    def length(self) -> int: ...

    def pieces(self) -> AsyncIterator[bytes]: ...


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content: Content | None = None  # sent in place of body

    @property
    def length(self) -> int:
        return len(self.body) if self.content is None else self.content.length

    async def pieces(self) -> AsyncIterator[bytes]:
        if self.content is None:
            yield self.body
            return
        async for piece in self.content.pieces():
            yield piece

    def start(self) -> Message:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.status != 204:
            headers.append((b"content-length", str(self.length).encode()))
        return {"type": "http.response.start", "status": self.status, "headers": headers}

    async def send(self, send: Send) -> None:
        await send(self.start())
        if self.content is None:
            await send({"type": "http.response.body", "body": self.body})
            return
        async for piece in self.content.pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": JSON_TYPE, **(headers or {})})
