"""The section `cache`: what it refuses."""

import pytest
from pydantic import ValidationError

from scanner.settings import CacheSettings


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"audit_share": share} for share in (0, 0.0009, 1.5, -1, "often", float("nan"))],
        *[{"list_from": number} for number in (1, 1_001, 2.5)],
        *[{"max_age": age} for age in ("0s", "59s", 7)],
        {"enabled": "perhaps"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CacheSettings.model_validate(wrong)


def test_the_audit_cannot_be_turned_off_but_may_be_of_everything() -> None:
    assert [CacheSettings(audit_share=share).audit_share for share in (0.001, 1)] == [0.001, 1]
