"""The brake's table: limits for a domain and for each reason, either of which holds an act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from scanner.remediation.brake import held
from scanner.settings import RemediationSettings

LIMITS = RemediationSettings(max_per_hour=10, max_per_rule_per_hour=3)
DOMAIN_FULL = "10 files were quarantined in the last hour; remediation.max_per_hour is 10"
RULE_FULL = "3 files were quarantined for bad-rule in the last hour; remediation.max_per_rule_per_hour is 3"


@dataclass(frozen=True)
class Hour:
    total: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)


ROWS = [
    (Hour(), ("bad-rule",), None),
    (Hour(9, {"bad-rule": 2, "other": 7}), ("bad-rule",), None),
    (Hour(10), ("bad-rule",), DOMAIN_FULL),
    (Hour(3, {"bad-rule": 3}), ("bad-rule",), RULE_FULL),
    (Hour(3, {"bad-rule": 3}), ("Win.Test",), None),
    (Hour(3, {"bad-rule": 3}), ("Win.Test", "bad-rule"), RULE_FULL),
    (Hour(10, {"bad-rule": 3}), ("bad-rule",), DOMAIN_FULL),
    (Hour(9), (), None),
]


@pytest.mark.parametrize(("hour", "reasons", "reason"), ROWS)
def test_an_act_is_held_where_a_limit_is_reached(hour: Hour, reasons: tuple[str, ...], reason: str | None) -> None:
    assert held(hour, reasons, LIMITS) == reason
