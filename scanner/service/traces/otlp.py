"""Sends traces as OTLP over HTTP. All that knows OpenTelemetry's library; to be imported only when asked for.

Sending is a thread's of the library, from a bounded queue: what a collector does not take in time is dropped, and no
scan waits for it.
"""

from __future__ import annotations

import logging
import re
import threading
import time

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Decision, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from scanner import __version__
from scanner.tracing import Origin, Place, Trace, Value

log = structlog.get_logger("scanner.traces")

LAST_WAIT = 2.0
"""Seconds that the end of the service waits for what is still queued."""
COMPLAIN_EVERY = 60.0
_KINDS = {"settle": SpanKind.CONSUMER, "poll": SpanKind.PRODUCER}
_TOLD_AGAIN = ("entry_id", "starts")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Otlp:
    """Where and how is said by OpenTelemetry's own variables."""

    def __init__(self, share: float) -> None:
        """`share`: of traces that are sent although nothing in them is worth keeping, 0 to 1. Raises ValueError and
        OSError for variables that make no sense."""
        complain_seldom()
        self._sampler = TraceIdRatioBased(share)
        self._exporter = OTLPSpanExporter()
        self._ids = _GivenIds()
        # Sampled is decided before, of the whole trace.
        self._provider = TracerProvider(ALWAYS_ON, _resource(), shutdown_on_exit=False, id_generator=self._ids)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("scanner", __version__)

    def send(self, trace: Trace, ended: int) -> None:
        """Queues it. Of one thread at a time."""
        drawn = self._sampler.should_sample(None, trace.place.trace_id, trace.name).decision
        if drawn is Decision.DROP and not trace.kept:
            return
        links = [] if trace.origin is None else [_link(trace.origin.poll)]
        kind, about = _KINDS[trace.name], _named(trace.about)
        self._ids.given = trace.place
        root = self._tracer.start_span(trace.name, kind=kind, attributes=about, links=links, start_time=trace.began)
        self._ids.given = None
        inside = set_span_in_context(root)
        for part in trace.spans:
            child = self._tracer.start_span(part.name, inside, attributes=_named(part.about), start_time=part.began)
            child.set_status(_status(part.error))
            child.end(part.ended)
        root.set_status(_status(trace.error))
        root.end(ended)
        if trace.origin is not None:
            self._point_to(trace, trace.origin)

    def _point_to(self, trace: Trace, origin: Origin) -> None:
        """From the poll's trace, by a span of its own for each trace that is sent: the poll's has long been sent, and
        may have fewer links than it brought versions. It lasts as long as the version lay in the ledger."""
        inside = set_span_in_context(NonRecordingSpan(_context(origin.poll)))
        about = {name: value for name, value in trace.about.items() if name in _TOLD_AGAIN}
        # Two replicas have two clocks.
        began, links = min(origin.recorded, trace.began), [_link(trace.place)]
        lay = self._tracer.start_span("queued", inside, attributes=_named(about), links=links, start_time=began)
        lay.end(trace.began)

    def close(self) -> None:
        """Send what is queued. A collector that does not answer is given up soon: no end of a service waits for it."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces-closing", daemon=True)
        closing.start()
        closing.join(LAST_WAIT)
        if closing.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]


class _GivenIds(RandomIdGenerator):
    """Roots have the ids that are on the log lines already."""

    given: Place | None = None

    def generate_trace_id(self) -> int:
        return super().generate_trace_id() if self.given is None else self.given.trace_id

    def generate_span_id(self) -> int:
        return super().generate_span_id() if self.given is None else self.given.span_id


class _Seldom(logging.Handler):
    """One line a minute of what the library says, as ours: a collector that is away is said once for each try."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0
        self._unsaid = 0

    def emit(self, record: logging.LogRecord) -> None:
        if time.monotonic() < self._next:
            self._unsaid += 1
            return
        log.warning("traces.not_sent", detail=_without_query(record.getMessage()), unsaid=self._unsaid)
        self._next, self._unsaid = time.monotonic() + COMPLAIN_EVERY, 0


def complain_seldom() -> None:
    """From now on the library's warnings are lines of our log, and few."""
    library = logging.getLogger("opentelemetry")
    library.propagate = False
    library.handlers = [_Seldom()]


def _without_query(text: str) -> str:
    """Addresses of collectors may carry a key."""
    return re.sub(r"(?<=://)[^/\s@]+@|\?[^\s'\")]+", "***", text)


def _resource() -> Resource:
    """Ours, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise."""
    ours = Resource({"service.name": "scanner", "service.version": __version__})
    return Resource.create().merge(ours).merge(OTELResourceDetector().detect())


def _context(place: Place) -> SpanContext:
    return SpanContext(place.trace_id, place.span_id, is_remote=True, trace_flags=_SAMPLED)


def _link(to: Place) -> Link:
    return Link(_context(to))


def _named(about: dict[str, Value]) -> dict[str, Value]:
    return {f"scanner.{name}": value for name, value in about.items()}


def _status(error: str) -> Status:
    return Status(StatusCode.ERROR, error) if error else Status()
