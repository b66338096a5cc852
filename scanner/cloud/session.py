"""Makes calls about JSON: paces them, repeats what may be repeated, gives the parsed answer or one of our errors."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from scanner.cloud.auth import Tokens
from scanner.cloud.budget import Budget
from scanner.cloud.calls import Call
from scanner.cloud.connection import Connection
from scanner.cloud.fields import moment
from scanner.cloud.meter import Meter, lowered
from scanner.cloud.refusal import BODY_LOOKED_AT, parsed
from scanner.cloud.request_ids import new_id
from scanner.cloud.tries import Tries
from scanner.errors import BadAnswer, RetryLater, ScannerError, TokenRefused

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

    def __init__(self, connection: Connection, tokens: Tokens, budget: Budget, meter: Meter) -> None:
        self._connection = connection
        self._tokens = tokens
        self._budget = budget
        self._meter = meter
        self._transport = connection.async_transport(_CONNECTIONS)
        self._dated: tuple[str | None, float] = (None, 0.0)
        """What the last answer said of the time, and when that was by our clock."""

    @property
    def ahead(self) -> timedelta | None:
        """By how much the other side's clock was ahead of ours with the last answer, to a second and as long as that
        took. None where it told no time."""
        written, ours = self._dated
        theirs = moment({"date": written}, "date")
        return None if theirs is None else theirs - datetime.fromtimestamp(ours, UTC)

    async def ask(self, call: Call) -> Answer:
        """Raises RetryLater, and CloudRefused for what a repeat would not change."""
        tries = Tries(self._tokens)
        while True:
            await self._budget.take(call.priority)
            token = self._tokens.current
            try:
                return await self._once(call, token)
            except TokenRefused as error:
                # In a thread: renewing it may be a call, and holding up the loop would hold up everything.
                pause = await asyncio.to_thread(tries.pause_after, error, token, repeatable=call.repeatable)
                if pause is None:
                    raise
            except RetryLater as error:
                pause = tries.pause_after(error, token, repeatable=call.repeatable)
                if pause is None:
                    raise
            await asyncio.sleep(pause)

    async def close(self) -> None:
        await self._transport.aclose()

    async def _once(self, call: Call, token: str) -> Answer:
        request_id = new_id()
        try:
            return await self._sent(call, token, request_id)
        except ScannerError as error:
            error.request_id = request_id
            raise

    async def _sent(self, call: Call, token: str, request_id: str) -> Answer:
        started = time.perf_counter()
        try:
            response = await self._transport.handle_async_request(self._request(call, token, request_id))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            seconds = time.perf_counter() - started
            raise self._meter.unanswered(call.operation, error, seconds, request_id) from error
        try:
            headers = lowered(response.headers.raw)
            self._dated = headers.get("date"), time.time()
            seconds = time.perf_counter() - started
            self._meter.answered(call.operation, response.status_code, headers, seconds, request_id)
            if not 200 <= response.status_code < 300:
                body = await _read(response, BODY_LOOKED_AT)
                if call.secret and call.secret.encode() in body:
                    body = b""
                raise self._meter.refused(call.operation, response.status_code, headers, body, token)
            body = await _read(response, LARGEST_ANSWER)
        except httpx.HTTPError as error:
            seconds = time.perf_counter() - started
            raise self._meter.unanswered(call.operation, error, seconds, request_id) from error
        finally:
            await response.aclose()
        if len(body) > LARGEST_ANSWER:
            raise BadAnswer(f"{call.operation}: the answer is larger than {LARGEST_ANSWER} bytes", response.status_code)
        return Answer(response.status_code, parsed(body, call.operation) if body.strip() else None)

    def _request(self, call: Call, token: str, request_id: str) -> httpx.Request:
        content = call.content if call.body is None else json.dumps(call.body).encode()
        sends = _SENDS_BYTES if call.body is None else _SENDS_JSON
        more = (_WANTS_JSON,) if content is None else (_WANTS_JSON, sends)
        return httpx.Request(
            call.method,
            self._connection.origin + call.target,
            headers=self._connection.headers(token, request_id, *more),
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
