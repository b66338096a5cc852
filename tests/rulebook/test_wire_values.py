from __future__ import annotations

from typing import Any

import pytest

from scanner.rulebook import wire_values as values
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.wire_values import NotKnown


@pytest.mark.parametrize(
    ("read", "told", "value"),
    [
        (values.as_count, 3, 3),
        (values.as_number, 7.5, 7.5),
        (values.as_flag, False, False),
        (values.as_text, "a", "a"),
        (values.as_texts, ["a", "b"], ("a", "b")),
        (values.as_traits, ["macro"], {Trait.MACRO}),
        (values.as_mapping, {"a": 1}, {"a": 1}),
        (lambda told: values.or_none(told, values.as_count), None, None),
    ],
)
def test_a_value_is_read_as_what_it_is(read: Any, told: Any, value: Any) -> None:
    assert read(told) == value


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (values.as_count, True),
        (values.as_count, -1),
        (values.as_count, 1.0),
        (values.as_number, 1),
        (values.as_flag, 0),
        (values.as_text, None),
        (values.as_texts, "ab"),
        (values.as_texts, [1]),
        (values.as_mapping, []),
        (lambda told: values.or_none(told, values.as_count), "1"),
    ],
)
def test_nothing_is_bent_into_something_else(read: Any, told: Any) -> None:
    with pytest.raises(NotKnown):
        read(told)


def test_a_trait_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="none"):
        values.as_traits(["none"])
