"""Whether the environment asks for traces, and the tracer that follows from it.

The variables are OpenTelemetry's own. Read here are those on which something else is done than its library would do:
off unless an endpoint is named, a twentieth of traces unless another share is, and no start with what cannot be meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from scanner.errors import ConfigurationError, Problem
from scanner.tracing import Tracer

SHARE = 0.05
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SAMPLER, _SHARE = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
_FIXED: dict[str, float | None] = {"always_on": 1.0, "always_off": None}
_RATIO = "traceidratio"
_NOT_INSTALLED = Problem(
    _ENDPOINTS[1],
    "traces are asked for, and what sends them is not installed",
    "pip install 'scanner[traces]', or set OTEL_SDK_DISABLED=true",
)


@asynccontextmanager
async def tracer_from(environ: Mapping[str, str]) -> AsyncIterator[Tracer]:
    """At the end what is queued is sent, within a few seconds. Raises ConfigurationError."""
    share = share_asked_for(environ)
    if share is None:
        yield Tracer()
        return
    try:
        # Only here: loading it takes a quarter of a second, and it need not be installed.
        from scanner.service.traces.otlp import Otlp  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError([_NOT_INSTALLED]) from error
    try:
        otlp = Otlp(share)
    except (ValueError, OSError) as error:
        problem = Problem("OTEL_*", f"what sends traces cannot begin: {error}", "see docs/traces.md")
        raise ConfigurationError([problem]) from error
    try:
        yield Tracer(otlp.send)
    finally:
        await asyncio.to_thread(otlp.close)


def share_asked_for(environ: Mapping[str, str]) -> float | None:
    """The share of traces to send, 0 to 1, beside those that are kept in any case; None where none are to be sent.
    Raises ConfigurationError with all that is wrong."""
    given = {name: value.strip() for name, value in environ.items() if name.startswith("OTEL_") and value.strip()}
    endpoint = next((name for name in _ENDPOINTS if name in given), None)
    off = given.get("OTEL_SDK_DISABLED", "").lower() == "true" or given.get("OTEL_TRACES_EXPORTER") == "none"
    if endpoint is None or off:
        return None
    problems = [*_problems_of_sending(endpoint, given)]
    sampler = given.get(_SAMPLER, "").lower().removeprefix("parentbased_")
    share = _share(given, SHARE if not sampler else 1.0)
    if sampler not in ("", _RATIO, *_FIXED):
        problems.append(Problem(_SAMPLER, "no such sampler", "always_on, always_off or parentbased_traceidratio"))
    elif sampler not in _FIXED and share is None:
        problems.append(Problem(_SHARE, "not a share of traces", "give a number from 0 to 1, such as 0.05"))
    if problems:
        raise ConfigurationError(problems)
    return _FIXED.get(sampler, share)


def _problems_of_sending(endpoint: str, given: Mapping[str, str]) -> list[Problem]:
    """Values are not repeated: an address may carry a password."""
    found = []
    if not _is_web(given[endpoint]):
        found.append(Problem(endpoint, "not an address of HTTP", "give one such as http://collector.example:4318"))
    protocol = next((name for name in _PROTOCOLS if name in given), None)
    if protocol is not None and given[protocol] != "http/protobuf":
        found.append(Problem(protocol, "not known here", "set http/protobuf, and a port that speaks it (often 4318)"))
    if given.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        found.append(Problem("OTEL_TRACES_EXPORTER", "not known here", "set otlp, or none for no traces"))
    return found


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _share(given: Mapping[str, str], default: float) -> float | None:
    try:
        share = float(given.get(_SHARE, default))
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
