from __future__ import annotations

import json

import pytest

from emulator.properties import Namespace, Properties


@pytest.fixture
def properties() -> Properties:
    made = Properties()
    made.namespaces = {name: Namespace(name, "mine", scope) for name, scope in (("p", "private"), ("q", "public"))}
    made.update("file", "p", {"a": 1, "b": 2})
    made.update("file", "q", {"a": 3})
    return made


def test_private_values_are_for_their_application(properties: Properties) -> None:
    assert properties.of("file", "mine") == [{"p": {"a": 1, "b": 2}}, {"q": {"a": 3}}]
    assert properties.of("file", "other") == [{"q": {"a": 3}}]


def test_what_has_no_values_left_is_not_in_use(properties: Properties) -> None:
    properties.update("file", "p", {"a": None})
    properties.forget("p", "b")
    properties.forget("q")
    assert (properties.values, properties.users_of("p"), properties.users_of("q")) == ({}, [], [])


def test_it_survives_json(properties: Properties) -> None:
    copy = Properties()
    copy.load(json.loads(json.dumps(properties.dump())))
    assert copy.dump() == properties.dump()
    assert copy.of("file", "mine") == properties.of("file", "mine")
