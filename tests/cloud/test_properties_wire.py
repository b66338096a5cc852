"""Custom properties as the platform takes and prints them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given

from scanner.cloud.port import Namespace
from scanner.cloud.properties_wire import LONGEST_VALUE, namespace_body, values
from scanner.errors import BadAnswer
from tests.cloud.test_fields import JSON


def test_a_namespace_is_ours_to_write_and_everybody_s_to_read() -> None:
    body = namespace_body(Namespace("scanner", "Scanner", {"verdict": "What was found", "entry": "Which version"}))
    assert (body["name"], body["scope"], list(body["keys"])) == ("scanner", "protected", ["verdict", "entry"])
    assert body["keys"]["entry"] == {
        "type": "string",
        "displayName": "entry",
        "helpText": "Which version",
        "priority": 2,
    }


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"results": [{"scanner": {"verdict": "bad", "count": 3}}, {"other": {"a": "b"}}]}, {"verdict": "bad"}),
        ({"results": []}, {}),
        ({}, {}),
        ({"results": [{"scanner": []}]}, {}),
        ({"results": [{"scanner": {"verdict": "x" * (LONGEST_VALUE + 1)}}]}, {"verdict": "x" * LONGEST_VALUE}),
    ],
)  # fmt: skip
def test_the_values_of_one_namespace_are_its_texts(answer: object, found: dict[str, str]) -> None:
    assert values(answer, "scanner") == found


@given(JSON)
def test_no_answer_is_too_odd(value: object) -> None:
    with contextlib.suppress(BadAnswer):
        assert isinstance(values(value, "scanner"), dict)
