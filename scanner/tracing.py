"""What a version went through while it was settled, and how long each part took: a trace, in plain values. And what a
page of events went through until it was on record: another one, to which those of its versions point.

No library is in here. A trace is handed on when it is complete, so that whoever sends it can decide by what it holds.
Where nobody asked for traces, none is begun, and a span costs a look at one variable. Nothing free is written into a
trace, only ids, names of rules and signatures, and words of closed sets: it goes to others, and is not redacted.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import structlog

Value = str | int | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Span:
    """One part of the work. Moments are nanoseconds since 1970."""

    name: str
    began: int
    ended: int
    about: dict[str, Value] = field(default_factory=dict)
    error: str = ""
    """The type of an exception, or a reason; empty where it did what it was to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span is to be found."""

    trace_id: int
    span_id: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The poll that brought a version."""

    poll: Place
    recorded: int
    """The moment at which its page was on record, in nanoseconds since 1970."""


def origin_of(domain: str, recorded_at: datetime) -> Origin:
    """The poll whose page was recorded then. Its place follows from what the ledger has of each event, so that whoever
    settles a version can name it: another replica, and a later life, too."""
    moment = recorded_at.astimezone(UTC)
    digest = hashlib.sha256(f"{domain} {moment.isoformat()}".encode()).digest()
    place = Place(int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:24], "big") or 1)
    return Origin(place, int(moment.timestamp() * 1_000_000) * 1_000)


class Trace:
    """One version, from its claim to the end of what can be done now; or one page of events, from the call for it to
    its record. Safe to be written to from several threads."""

    def __init__(self, about: dict[str, Value], name: Literal["settle", "poll"] = "settle") -> None:
        self.name = name
        """Of the root."""
        self.place = Place(secrets.randbits(128) or 1, secrets.randbits(64) or 1)
        """Of the root."""
        self.origin: Origin | None = None
        self.about = about
        self.error = ""
        self.kept = False
        """Whether it is to be sent whatever share of traces is."""
        self.spans: list[Span] = []
        self._offset = time.time_ns() - time.perf_counter_ns()
        self.began = self.now()

    def now(self) -> int:
        """Never goes back, whoever sets the machine's clock."""
        return self._offset + time.perf_counter_ns()


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


class Tracer:
    """Begins traces and hands them on; one without a receiver begins none."""

    def __init__(self, send: Callable[[Trace, int], None] | None = None) -> None:
        """`send` gets each trace with the moment it ended; it must neither block nor raise."""
        self._send = send

    @property
    def on(self) -> bool:
        return self._send is not None

    @contextmanager
    def settling(self, **about: Value) -> Iterator[None]:
        """What is done inside belongs to one trace, whose ids are on its log lines. A thread must be given the context
        (`contextvars.copy_context`) to belong to it."""
        if self._send is None:
            yield
            return
        trace = Trace(about)
        place = {"trace_id": f"{trace.place.trace_id:032x}", "span_id": f"{trace.place.span_id:016x}"}
        with structlog.contextvars.bound_contextvars(**place), self._handed_on(trace):
            yield

    @contextmanager
    def polling(self, seconds: float, **about: Value) -> Iterator[None]:
        """A page of events was read within so many seconds, up to now; what is done inside puts it on record."""
        if self._send is None:
            yield
            return
        trace = Trace(about, "poll")
        trace.spans.append(Span("read", trace.began - int(seconds * 1e9), trace.began))
        trace.began = trace.spans[0].began
        with self._handed_on(trace):
            yield

    @contextmanager
    def _handed_on(self, trace: Trace) -> Iterator[None]:
        assert self._send is not None
        before = _current.set(trace)
        try:
            yield
        finally:
            _current.reset(before)
            self._send(trace, trace.now())


@contextmanager
def span(name: str) -> Iterator[dict[str, Value]]:
    """A part of the work; what is put into the dictionary is said about it. An exception is its error, and passes."""
    about: dict[str, Value] = {}
    trace = _current.get()
    if trace is None:
        yield about
        return
    began, error = trace.now(), ""
    try:
        yield about
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        trace.spans.append(Span(name, began, trace.now(), about, error))


def since_last(name: str, *, error: str = "", **about: Value) -> None:
    """A part that has just ended, and began when the one before it ended."""
    trace = _current.get()
    if trace is not None:
        began = trace.spans[-1].ended if trace.spans else trace.began
        trace.spans.append(Span(name, began, trace.now(), about, error))


def timed(parts: Sequence[tuple[str, float, dict[str, Value], str]]) -> None:
    """Parts that were done one after the other, the last of which has just ended: name, seconds, what is said about it,
    and error."""
    trace = _current.get()
    if trace is None:
        return
    began = trace.now() - sum(int(seconds * 1e9) for _, seconds, _, _ in parts)
    for name, seconds, about, error in parts:
        ended = began + int(seconds * 1e9)
        trace.spans.append(Span(name, began, ended, about, error))
        began = ended


def recorded(domain: str, at: datetime) -> None:
    """The page of events whose trace this is: new ones of it are in the ledger, with this moment."""
    trace = _current.get()
    if trace is not None:
        trace.place = origin_of(domain, at).poll


def brought(domain: str, recorded_at: datetime) -> None:
    """By which poll the version was brought whose trace this is."""
    trace = _current.get()
    if trace is not None:
        trace.origin = origin_of(domain, recorded_at)


def tell(*, keep: bool = False, error: str = "", **about: Value) -> None:
    """About the whole trace, of which the first error stays. With `keep` or an error it is sent whatever share is."""
    trace = _current.get()
    if trace is not None:
        trace.about |= about
        trace.error = trace.error or error
        trace.kept = trace.kept or keep or bool(error)
