"""A collector of traces on loopback: takes OTLP over HTTP, and shows what it took as trees."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

ERROR = 2


class Collector:
    def __init__(self, url: str) -> None:
        self.url = url
        self.resource: dict[str, Any] = {}
        self.spans: list[Any] = []

    def take(self, body: bytes) -> None:
        for batch in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource = _values(batch.resource.attributes)
            self.spans += [span for scope in batch.scope_spans for span in scope.spans]

    def roots(self, name: str = "settle") -> list[Any]:
        return [span for span in self.spans if not span.parent_span_id and span.name == name]

    def linked(self, span: Any) -> Any:
        """The one span that another points to."""
        (link,) = span.links
        (there,) = [one for one in self.spans if (one.trace_id, one.span_id) == (link.trace_id, link.span_id)]
        return there

    def trees(self) -> dict[str, list[tuple[str, dict[str, Any], str]]]:
        """By entry id: name, attributes and error of the root and then of its children, as they were begun."""
        return {_about(root)["entry_id"]: [told(one) for one in (root, *self.children(root))] for root in self.roots()}

    def children(self, root: Any) -> list[Any]:
        mine = [span for span in self.spans if span.parent_span_id == root.span_id and span.trace_id == root.trace_id]
        return sorted(mine, key=lambda span: span.start_time_unix_nano)


@contextmanager
def collecting() -> Iterator[Collector]:
    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = ExportTraceServiceResponse().SerializeToString()
            known = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
            if known:
                collector.take(body)
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(span: Any) -> tuple[str, dict[str, Any], str]:
    assert span.start_time_unix_nano <= span.end_time_unix_nano
    return span.name, _about(span), span.status.message if span.status.code == ERROR else ""


def _about(span: Any) -> dict[str, Any]:
    return {key.removeprefix("scanner."): value for key, value in _values(span.attributes).items()}


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)
