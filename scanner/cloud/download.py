"""Downloads of one version by its ids, in worker threads, resumed where the connection is cut.

The bytes belong to the entry id that was asked for: whatever else comes (another ETag, another length, an encoding) is
BadAnswer, never content.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from scanner.cloud.auth import TokenFile
from scanner.cloud.budget import Budget
from scanner.cloud.connection import Connection
from scanner.cloud.meter import Meter, Operation, lowered
from scanner.cloud.paths import encode_id
from scanner.cloud.port import Priority
from scanner.cloud.refusal import BODY_LOOKED_AT, Headers, unanswered
from scanner.cloud.tries import Tries
from scanner.errors import BadAnswer, CloudUnavailable, RetryLater
from scanner.model import EntryId, GroupId

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
    start: int = 0
    total: int | None = None


class Downloads:
    """One host, one token; thread-safe."""

    def __init__(self, connection: Connection, tokens: TokenFile, budget: Budget, meter: Meter) -> None:
        self._connection = connection
        self._tokens = tokens
        self._budget = budget
        self._meter = meter
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
        """Ask for the bytes from `start` on; a 416 comes as CloudRefused."""
        tries = Tries(self._tokens)
        while True:
            self._budget.take_blocking(priority)
            token = self._tokens.current
            try:
                return self._once(target, start, token)
            except RetryLater as error:
                pause = tries.pause_after(error, token)
                if pause is None:
                    raise
            self._budget.pause_blocking(pause)

    def close(self) -> None:
        """Connections in use end with their downloads."""
        self._transport.close()

    def _once(self, target: str, start: int, token: str) -> Part:
        more = () if start == 0 else ((b"Range", b"bytes=%d-" % start),)
        headers = self._connection.headers(token, *more)
        url, extensions = self._connection.origin + target, self._connection.extensions
        started = time.perf_counter()
        try:
            response = self._transport.handle_request(httpx.Request("GET", url, headers=headers, extensions=extensions))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._meter.unanswered(_OPERATION, error, time.perf_counter() - started) from error
        answered = lowered(response.headers.raw)
        self._meter.answered(_OPERATION, response.status_code, answered, time.perf_counter() - started)
        try:
            return self._checked(response, answered, start, token)
        except BaseException:
            response.close()
            raise

    def _checked(self, response: httpx.Response, headers: Headers, start: int, token: str) -> Part:
        status = response.status_code
        if status == 200:
            return Part(response, headers, 0, _length(headers))
        if status == 206 and start:
            found = _RANGE.fullmatch(headers.get("content-range", ""))
            if found is None or int(found[1]) != start:
                raise BadAnswer(f"open_content: asked for the bytes from {start} on, other ones came", 206)
            return Part(response, headers, start, int(found[2]))
        if status == 416 and start:
            found = _BEYOND.fullmatch(headers.get("content-range", ""))
            if found is not None and int(found[1]) == start:
                return Part(response, headers, start, start)
        if 200 <= status < 300:
            raise BadAnswer(f"open_content: HTTP {status}, where content was asked for", status)
        raise self._meter.refused(_OPERATION, status, headers, _refusal_body(response), token)


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
            raise CloudUnavailable(f"{reason}; resumed {MOST_RESUMES} times") from trouble
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
            raise BadAnswer(f"open_content: {problem}", part.response.status_code)


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
