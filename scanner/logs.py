"""The operational log: one JSON object a line on standard error, or coloured lines where that is a terminal.

Libraries end in the same stream. The last processor takes out what looks like a secret, whoever logged it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_KEYS = re.compile(r"token|secret|password|authorization|cookie", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"(?i)\b(bearer|token|access_token|refresh_token|client_secret|password)"
    r"([\"']?\s*[=: ]\s*[\"']?)"
    r"[^\s\"'&,}]{6,}"
)
HIDDEN = "***"
LONGEST_TEXT = 2_000


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging alike, on standard error unless another stream is given.
    Calling it again replaces the set-up. Libraries are held at info or above, whatever `level` says."""
    stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    terminal = stream.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Not cached: a logger that was would keep the set-up of before a second call.
        cache_logger_on_first_use=False,
    )
    output = logging.StreamHandler(stream)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    output.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers = [output]
    # A library's debug lines may hold what it was given: they are never wanted.
    root.setLevel(max(level, logging.INFO))
    logging.getLogger("scanner").setLevel(level)
    # httpx logs each URL at info; migrations and dispatch talk about themselves.
    for name in ("httpx", "httpcore", "alembic", "pgqueuer", "uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def redact(_: object, __: str, entry: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hide values under tell-tale keys and anything that reads like a credential inside texts; cut what is too long."""
    for key, value in entry.items():
        if _SECRET_KEYS.search(key):
            entry[key] = HIDDEN
        elif isinstance(value, str):
            entry[key] = _CREDENTIAL.sub(rf"\1\2{HIDDEN}", value)[:LONGEST_TEXT]
    return entry
