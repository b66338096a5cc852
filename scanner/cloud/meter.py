"""Where every answer and every failure of a call is accounted for, once: budget, throttle, observer, log, our errors.

The observer lets the service count calls without this package knowing of metrics.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Literal

import structlog

from scanner.cloud.budget import Budget
from scanner.cloud.refusal import Headers, refusal, throttle_scope, unanswered, unanswered_code
from scanner.cloud.request_ids import answer_id
from scanner.errors import ScannerError, Throttled, ThrottleScope

log = structlog.get_logger("scanner.cloud")
_WANTED = logging.getLogger("scanner.cloud").isEnabledFor
"""Asked first: making a line that nobody wants would cost more than all else that is done about a call."""

Operation = Literal[
    "account", "feed_range", "events_after", "file", "at_path", "list_folder", "folder_stats", "add_folder", "move",
    "links", "public_links",
    "delete_link", "notes", "add_note", "permissions", "close_folder", "own_level", "person", "open_content",
    "versions", "delete_version", "delete", "trash", "restore", "lock", "unlock", "add_text", "add_namespace",
    "properties", "set_properties", "webhooks", "webhook", "add_webhook", "set_webhook", "delete_webhook",
]  # fmt: skip
"""The calls of the port, as they are counted and named in messages."""
Observe = Callable[[str, int | str, float, ThrottleScope | None], None]
"""Operation, HTTP status or `timeout` or `connect_error`, seconds to the headers, and the limit exceeded, if any."""


def unobserved(_operation: str, _code: int | str, _seconds: float, _throttled: ThrottleScope | None) -> None:
    """The observer where nobody counts."""


def lowered(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; of several of one name the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


class Meter:
    """Thread-safe where the observer is."""

    def __init__(self, budget: Budget, observe: Observe, domain: str = "") -> None:
        """`domain` is named in the log."""
        self._budget = budget
        self._observe = observe
        self._domain = domain

    def answered(self, operation: Operation, status: int, headers: Headers, seconds: float, request_id: str) -> None:
        """The headers of an answer have come."""
        self._budget.learn(headers)
        self._observe(operation, status, seconds, throttle_scope(status, headers) if status >= 400 else None)
        refused = status >= 300
        if not _WANTED(logging.INFO if refused else logging.DEBUG):
            return
        told = {
            "domain": self._domain,
            "operation": operation,
            "status": status,
            "seconds": round(seconds, 3),
            "request_id": request_id,
            "answer_id": answer_id(headers),
        }
        if refused:
            log.info("call.refused", **told)
        else:
            log.debug("call.answered", **told)

    def refused(self, operation: Operation, status: int, headers: Headers, body: bytes, token: str) -> ScannerError:
        """The error for an answer that is no success; after a throttle nobody calls until its pause is over."""
        error = refusal(status, headers, body, operation, token)
        if isinstance(error, Throttled) and error.after is not None:
            self._budget.throttled(error.after, error.scope)
        return error

    def unanswered(self, operation: Operation, error: Exception, seconds: float, request_id: str) -> ScannerError:
        """The error for a call that came to no answer, or to none in full."""
        code = unanswered_code(error)
        self._observe(operation, code, seconds, None)
        if _WANTED(logging.INFO):
            log.info(
                "call.unanswered",
                domain=self._domain,
                operation=operation,
                reason=code,
                seconds=round(seconds, 3),
                request_id=request_id,
            )
        return unanswered(error, operation)
