"""What every section of the settings has in common."""

import pytest
from pydantic import ValidationError

from scanner.settings.section import Section


class Colours(Section):
    wall: str = "white"
    """Of the wall."""


def test_unknown_keys_are_refused_and_the_value_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        Colours.model_validate({"walls": "k8Vw2nQz6RtY"})
    assert "walls" in str(refused.value)
    assert "k8Vw2nQz6RtY" not in str(refused.value)


def test_a_section_is_not_changed_once_it_is_loaded() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Colours().wall = "red"  # type: ignore[misc]


def test_the_text_below_a_key_describes_it() -> None:
    assert Colours.model_fields["wall"].description == "Of the wall."
