"""Makes calls about JSON: paces them, repeats what may be repeated, gives the parsed answer or one of our errors."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from scanner.cloud.auth import TokenFile
from scanner.cloud.budget import Budget
from scanner.cloud.calls import Call
from scanner.cloud.connection import Connection
from scanner.cloud.meter import Meter, lowered
from scanner.cloud.refusal import BODY_LOOKED_AT, parsed
from scanner.cloud.tries import Tries
from scanner.errors import BadAnswer, RetryLater

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of JSON; a listing of 1,000 items has about half a million."""
_CONNECTIONS = 16
_SENDS_JSON = (b"Content-Type", b"application/json")
_SENDS_BYTES = (b"Content-Type", b"application/octet-stream")
_WANTS_JSON = (b"Accept", b"application/json")


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `value` is None for an empty body."""

    status: int
    value: Any


class Session:
    """One host, one token; for the event loop."""

    def __init__(self, connection: Connection, tokens: TokenFile, budget: Budget, meter: Meter) -> None:
        self._connection = connection
        self._tokens = tokens
        self._budget = budget
        self._meter = meter
        self._transport = connection.async_transport(_CONNECTIONS)

    async def ask(self, call: Call) -> Answer:
        """Raises RetryLater, and CloudRefused for what a repeat would not change."""
        tries = Tries(self._tokens)
        while True:
            await self._budget.take(call.priority)
            token = self._tokens.current
            try:
                return await self._once(call, token)
            except RetryLater as error:
                pause = tries.pause_after(error, token, repeatable=call.repeatable)
                if pause is None:
                    raise
            await asyncio.sleep(pause)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _once(self, call: Call, token: str) -> Answer:
        started = time.perf_counter()
        try:
            response = await self._transport.handle_async_request(self._request(call, token))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._meter.unanswered(call.operation, error, time.perf_counter() - started) from error
        try:
            headers = lowered(response.headers.raw)
            self._meter.answered(call.operation, response.status_code, headers, time.perf_counter() - started)
            if not 200 <= response.status_code < 300:
                body = await _read(response, BODY_LOOKED_AT)
                if call.secret and call.secret.encode() in body:
                    body = b""
                raise self._meter.refused(call.operation, response.status_code, headers, body, token)
            body = await _read(response, LARGEST_ANSWER)
        except httpx.HTTPError as error:
            raise self._meter.unanswered(call.operation, error, time.perf_counter() - started) from error
        finally:
            await response.aclose()
        if len(body) > LARGEST_ANSWER:
            raise BadAnswer(f"{call.operation}: the answer is larger than {LARGEST_ANSWER} bytes", response.status_code)
        return Answer(response.status_code, parsed(body, call.operation) if body.strip() else None)

    def _request(self, call: Call, token: str) -> httpx.Request:
        content = call.content if call.body is None else json.dumps(call.body).encode()
        sends = _SENDS_BYTES if call.body is None else _SENDS_JSON
        more = (_WANTS_JSON,) if content is None else (_WANTS_JSON, sends)
        return httpx.Request(
            call.method,
            self._connection.origin + call.target,
            headers=self._connection.headers(token, *more),
            content=content,
            extensions=self._connection.extensions,
        )


async def _read(response: httpx.Response, most: int) -> bytes:
    """The body; of one that is longer than `most`, somewhat more than that."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)
