"""The brake's table: limits for a domain, for each rule and signature, and for their share of the traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Brake, Hold
from scanner.remediation.brake import held
from scanner.settings import RemediationSettings

LIMITS = RemediationSettings(max_per_hour=10, max_per_rule_per_hour=3, max_per_signature_per_hour=4)
NO_SHARE = RemediationSettings(max_share_percent=100)


@dataclass(frozen=True)
class Hour:
    total: int = 0
    by_name: Mapping[str, int] = field(default_factory=dict)
    judged: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    usually_judged: int = 0
    usually_found: Mapping[str, int] = field(default_factory=dict)


DOMAIN_FULL = Hold(Brake.HOUR, "", "10 files were acted on in the last hour; remediation.max_per_hour is 10")
RULE_FULL = Hold(
    Brake.RULE,
    "bad-rule",
    "3 files were acted on for bad-rule in the last hour; remediation.max_per_rule_per_hour is 3",
)
SIGNATURE_FULL = Hold(
    Brake.SIGNATURE,
    "Win.Test",
    "4 files were acted on for Win.Test in the last hour; remediation.max_per_signature_per_hour is 4",
)

ROWS = [
    (Hour(), ("bad-rule",), (), None),
    (Hour(9, {"bad-rule": 2, "other": 7}), ("bad-rule",), (), None),
    (Hour(10), ("bad-rule",), (), DOMAIN_FULL),
    (Hour(3, {"bad-rule": 3}), ("bad-rule",), (), RULE_FULL),
    (Hour(3, {"bad-rule": 3}), (), ("Win.Test",), None),
    (Hour(3, {"bad-rule": 3}), ("bad-rule",), ("Win.Test",), RULE_FULL),
    (Hour(3, {"Win.Test": 3}), (), ("Win.Test",), None),
    (Hour(4, {"Win.Test": 4}), (), ("Win.Test",), SIGNATURE_FULL),
    (Hour(10, {"bad-rule": 3}), ("bad-rule",), (), DOMAIN_FULL),
    (Hour(9), (), (), None),
]


@pytest.mark.parametrize(("hour", "rules", "signatures", "hold"), ROWS)
def test_an_act_is_held_where_a_limit_is_reached(
    hour: Hour, rules: tuple[str, ...], signatures: tuple[str, ...], hold: Hold | None
) -> None:
    assert held(hour, rules, signatures, LIMITS) == hold


def flagged(found: int, judged: int, usual: tuple[int, int] = (0, 0)) -> Hour:
    """An hour, and the week before it, as one signature sees them."""
    return Hour(0, {}, judged, {"Win.Test": found}, usual[1], {"Win.Test": usual[0]})


SHARES = [
    pytest.param(flagged(9, 100), False, id="nine are too few to say"),
    pytest.param(flagged(99, 99), False, id="an hour of 99 versions says nothing"),
    pytest.param(flagged(10, 200), False, id="a twentieth is allowed without a past"),
    pytest.param(flagged(11, 200), True, id="more is not"),
    pytest.param(flagged(11, 200, (0, 50_000)), True, id="least of all where it never flagged anything"),
    pytest.param(flagged(11, 200, (60, 10_000)), False, id="ten times as much as usual is allowed"),
    pytest.param(flagged(15, 200, (60, 10_000)), True, id="more than that is not"),
    pytest.param(flagged(150, 200, (1_500, 2_000)), False, id="a rule that always flags most files may go on"),
]


@pytest.mark.parametrize(("hour", "is_held"), SHARES)
def test_a_share_of_the_traffic_far_above_its_own_past_is_held(hour: Hour, is_held: bool) -> None:
    assert (held(hour, (), ("Win.Test",), RemediationSettings()) is not None) is is_held


def test_the_reason_has_the_numbers() -> None:
    reason = (
        "Win.Test flags 30 of the 200 versions judged in the last hour (15 %); usual is 0.1 %, allowed 5 % "
        "(remediation.max_share_percent and unusual_factor)"
    )
    found = held(flagged(30, 200, (10, 10_000)), (), ("Win.Test",), RemediationSettings())
    assert found == Hold(Brake.SHARE, "Win.Test", reason)


def test_another_rule_beside_it_is_not_held() -> None:
    assert held(flagged(200, 200), ("quiet-rule",), (), RemediationSettings()) is None


@given(found=st.integers(0, 500), more=st.integers(0, 500), usual=st.integers(0, 1_000))
def test_no_share_is_too_large_where_that_is_switched_off(found: int, more: int, usual: int) -> None:
    assert held(flagged(found, found + more, (usual, 1_000)), (), ("Win.Test",), NO_SHARE) is None
