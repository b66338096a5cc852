"""Limits of what is done about verdicts."""

import pytest
from pydantic import ValidationError

from scanner.settings import QuarantineSettings, RemediationSettings

BEYOND = [
    {"max_per_hour": 0},
    {"max_per_rule_per_hour": 1_000_001},
    {"max_per_signature_per_hour": "many"},
    {"max_share_percent": 0},
    {"max_share_percent": 101},
    {"unusual_factor": 1},
    {"share_min_found": True},
    {"share_min_judged": 0.5},
    {"mode": "off"},
]


@pytest.mark.parametrize("written", BEYOND, ids=str)
def test_a_limit_beyond_its_bounds_is_refused(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(written))):
        RemediationSettings.model_validate(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"allow_released_for": "732d"}, "is longer than 731d"),
        ({"allow_released_for": "23h"}, "is shorter than 1d"),
        ({"purge_after": "1h"}, "is shorter than 1d"),
        ({"purge_after": "never"}, "is not a duration"),
        ({"purge_needs": "nobody"}, "one-person"),
    ],
)
def test_a_retention_beyond_its_bounds_is_refused(written: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        QuarantineSettings.model_validate(written)
