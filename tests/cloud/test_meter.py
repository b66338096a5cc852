"""Each answer and each failure is accounted for once."""

from __future__ import annotations

import inspect
from typing import get_args

import httpx
import pytest

from scanner.cloud.budget import Budget
from scanner.cloud.meter import Meter, Operation, lowered
from scanner.cloud.port import Cloud, Priority, Quota
from scanner.errors import CloudUnavailable, NotFound, Throttled
from tests.cloud.egnyte import Seen

LIMITS = {"x-accesstoken-qps-allotted": "50", "x-accesstoken-qps-current": "2"}


def test_the_operations_are_the_calls_of_the_port() -> None:
    calls = {name for name, _ in inspect.getmembers(Cloud, inspect.isfunction) if not name.startswith("_")}

    assert set(get_args(Operation)) == calls - {"budget", "close"}


def test_an_answer_is_observed_and_its_limits_are_learnt() -> None:
    seen, budget = Seen(), Budget()
    Meter(budget, seen).answered("file", 200, LIMITS, 0.1, "r1")

    assert (seen.calls, budget.quota()) == ([("file", 200, None)], Quota(50, 2))


def test_a_throttle_is_observed_and_stops_the_calls() -> None:
    seen, budget = Seen(), Budget()
    meter = Meter(budget, seen)
    meter.answered("file", 429, {"retry-after": "100"}, 0.1, "r1")
    error = meter.refused("file", 429, {"retry-after": "100"}, b"", "token")

    assert isinstance(error, Throttled)
    assert seen.calls == [("file", 429, "day")]
    with pytest.raises(Throttled):
        budget.take_blocking(Priority.FEED)


def test_a_refusal_stops_nothing() -> None:
    budget = Budget()

    assert isinstance(Meter(budget, Seen()).refused("file", 404, {}, b"", "token"), NotFound)
    budget.take_blocking(Priority.FEED)


@pytest.mark.parametrize(
    ("error", "code"), [(httpx.ReadTimeout("x"), "timeout"), (httpx.ConnectError("x"), "connect_error")]
)
def test_a_failure_is_observed_by_its_kind(error: Exception, code: str) -> None:
    seen = Seen()

    assert isinstance(Meter(Budget(), seen).unanswered("move", error, 0.1, "r1"), CloudUnavailable)
    assert seen.calls == [("move", code, None)]


def test_headers_are_found_whatever_their_case() -> None:
    assert lowered([(b"ETag", b"e1"), (b"Retry-After", b"1"), (b"etag", b"e2")]) == {"etag": "e2", "retry-after": "1"}
