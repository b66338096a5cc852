"""Downloads of one version by its ids, in worker threads, resumed where the connection is cut.

The bytes belong to the entry id that was asked for: whatever else comes (another ETag, another length, an encoding) is
BadAnswer, never content.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import structlog

from scanner.cloud.bearer import REST, Bearer, in_order
from scanner.cloud.connection import Connection
from scanner.cloud.meter import Operation, lowered
from scanner.cloud.paths import encode_id
from scanner.cloud.port import Priority
from scanner.cloud.refusal import BODY_LOOKED_AT, Headers, unanswered
from scanner.cloud.request_ids import new_id
from scanner.cloud.tries import Tries
from scanner.errors import (
    BadAnswer,
    CloudUnavailable,
    Forbidden,
    NotFound,
    RetryLater,
    ScannerError,
    Throttled,
    TokenRefused,
)
from scanner.model import EntryId, GroupId

log = structlog.get_logger("scanner.cloud")

MOST_RESUMES = 5
_CONNECTIONS = 100
"""Open downloads; worker threads are fewer."""
_OPERATION: Operation = "open_content"
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})")
_BEYOND = re.compile(r"bytes \*/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Part:
    """An open answer: the version's bytes from `start` on."""

    response: httpx.Response
    headers: Headers
    request_id: str
    start: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _By:
    """With what one try is made: the bearer may have another token by the time it is answered. Each has its id."""

    bearer: Bearer
    token: str
    request_id: str


class Downloads:
    """One host, one token or several; thread-safe."""

    def __init__(self, connection: Connection, bearers: Sequence[Bearer]) -> None:
        """The first of `bearers` is the one whose refusals are believed."""
        self._connection = connection
        self._bearers = bearers
        self._transport = connection.transport(_CONNECTIONS)

    @contextmanager
    def open(self, group_id: GroupId, entry_id: EntryId, priority: Priority) -> Iterator[VersionDownload]:
        """Raises NotFound, Forbidden, BadAnswer and RetryLater. Leaving early drops the rest."""
        target = f"/pubapi/v1/fs-content/ids/file/{encode_id(group_id)}?entry_id={encode_id(entry_id)}"
        download = VersionDownload(self, self.part(target, priority, 0), target, priority, entry_id)
        try:
            yield download
        finally:
            download.close()

    def part(self, target: str, priority: Priority, start: int) -> Part:
        """Ask for the bytes from `start` on; a 416 comes as CloudRefused. What another token is refused is asked for
        again with the first: its user may see less, and a missing right can look like a missing file."""
        first = self._bearers[0]
        order = in_order(self._bearers, priority) if len(self._bearers) > 1 else [first]
        throttles: list[Throttled] = []
        for bearer in order:
            try:
                return self._part_by(bearer, target, priority, start)
            except Throttled as error:
                throttles.append(error)
            except (NotFound, Forbidden, TokenRefused):
                if bearer is first:
                    raise
                return self._part_by_first(bearer, target, priority, start)
        raise min(throttles, key=lambda error: error.after or 0.0)

    def _part_by_first(self, other: Bearer, target: str, priority: Priority, start: int) -> Part:
        part = self._part_by(self._bearers[0], target, priority, start)
        other.rest()
        log.warning("token.rests", number=other.number, reason="it was refused what the first token got", seconds=REST)
        return part

    def _part_by(self, bearer: Bearer, target: str, priority: Priority, start: int) -> Part:
        tries = Tries(bearer.tokens)
        while True:
            bearer.budget.take_blocking(priority)
            token = bearer.tokens.current
            try:
                return self._once(_By(bearer, token, new_id()), target, start)
            except RetryLater as error:
                pause = tries.pause_after(error, token)
                if pause is None:
                    raise
            bearer.budget.pause_blocking(pause)

    def close(self) -> None:
        """Connections in use end with their downloads."""
        self._transport.close()

    def _once(self, by: _By, target: str, start: int) -> Part:
        try:
            return self._sent(by, target, start)
        except ScannerError as error:
            error.request_id = by.request_id
            raise

    def _sent(self, by: _By, target: str, start: int) -> Part:
        more = () if start == 0 else ((b"Range", b"bytes=%d-" % start),)
        headers = self._connection.headers(by.token, by.request_id, *more)
        url, extensions = self._connection.origin + target, self._connection.extensions
        started = time.perf_counter()
        try:
            response = self._transport.handle_request(httpx.Request("GET", url, headers=headers, extensions=extensions))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            seconds = time.perf_counter() - started
            raise by.bearer.meter.unanswered(_OPERATION, error, seconds, by.request_id) from error
        answered, seconds = lowered(response.headers.raw), time.perf_counter() - started
        by.bearer.meter.answered(_OPERATION, response.status_code, answered, seconds, by.request_id)
        try:
            return self._checked(by, response, answered, start)
        except BaseException:
            response.close()
            raise

    def _checked(self, by: _By, response: httpx.Response, headers: Headers, start: int) -> Part:
        status = response.status_code
        if status == 200:
            return Part(response, headers, by.request_id, 0, _length(headers))
        if status == 206 and start:
            found = _RANGE.fullmatch(headers.get("content-range", ""))
            if found is None or int(found[1]) != start:
                raise BadAnswer(f"open_content: asked for the bytes from {start} on, other ones came", 206)
            return Part(response, headers, by.request_id, start, int(found[2]))
        if status == 416 and start:
            found = _BEYOND.fullmatch(headers.get("content-range", ""))
            if found is not None and int(found[1]) == start:
                return Part(response, headers, by.request_id, start, start)
        if 200 <= status < 300:
            raise BadAnswer(f"open_content: HTTP {status}, where content was asked for", status)
        raise by.bearer.meter.refused(_OPERATION, status, headers, _refusal_body(response), by.token)


class VersionDownload:
    """The open download of one version; see the port's Download."""

    def __init__(self, downloads: Downloads, first: Part, target: str, priority: Priority, entry_id: EntryId) -> None:
        self._downloads = downloads
        self._part = first
        self._target = target
        self._priority = priority
        self._got = 0
        self._resumes = 0
        self.entry_id = entry_id
        self.checksum = first.headers.get("x-sha512-checksum", "")
        self.length = first.total
        self._check(first)

    def chunks(self) -> Iterator[bytes]:
        """Raises CloudUnavailable after too many cuts, and what else a resume may meet."""
        while True:
            try:
                yield from self._bytes_of_part()
                trouble: Exception | None = None
            except httpx.HTTPError as error:
                trouble = error
            if trouble is None and (self.length is None or self._got >= self.length):
                return
            self._resume(trouble)
            if self._got == self.length:
                return

    def close(self) -> None:
        """Where bytes are left, the connection goes with them."""
        self._part.response.close()

    def _bytes_of_part(self) -> Iterator[bytes]:
        """A platform that does not know ranges sends all again; what we had is then passed over."""
        skip = self._got - self._part.start
        for chunk in self._part.response.iter_raw():
            if skip >= len(chunk):
                skip -= len(chunk)
                continue
            piece = chunk[skip:] if skip else chunk
            skip = 0
            self._got += len(piece)
            yield piece

    def _resume(self, trouble: Exception | None) -> None:
        self.close()
        if self._resumes >= MOST_RESUMES:
            reason = unanswered(trouble, _OPERATION) if trouble else "the content is shorter than announced"
            given_up = CloudUnavailable(f"{reason}; resumed {MOST_RESUMES} times")
            given_up.request_id = self._part.request_id
            raise given_up from trouble
        self._resumes += 1
        self._part = self._downloads.part(self._target, self._priority, self._got)
        self._check(self._part)
        if self.length is None:
            self.length = self._part.total

    def _check(self, part: Part) -> None:
        """Raises BadAnswer, the connection closed, where it is not this version, in full and as it is."""
        etag = part.headers.get("etag", "").removeprefix("W/").strip('"')
        problem = ""
        if etag and etag != self.entry_id:
            problem = f"version {etag[:100]} came instead of {self.entry_id}"
        elif part.response.status_code == 200 and not etag and not part.headers.get("x-sha512-checksum"):
            # A page of some gateway with status 200 is not the content: without either, nobody says whose bytes came.
            problem = "an answer came without ETag and checksum, so it is not known to be the content"
        elif part.headers.get("content-encoding", "identity").lower() != "identity":
            problem = "the content came encoded"
        elif None not in (part.total, self.length) and part.total != self.length:
            problem = f"the version had {self.length} bytes, and now has {part.total}"
        if problem:
            self.close()
            refused = BadAnswer(f"open_content: {problem}", part.response.status_code)
            refused.request_id = part.request_id
            raise refused


def _length(headers: Headers) -> int | None:
    written = headers.get("content-length", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def _refusal_body(response: httpx.Response) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > BODY_LOOKED_AT:
                break
    except httpx.HTTPError:
        return b""  # the status alone decides
    return bytes(body)
