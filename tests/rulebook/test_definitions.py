"""Files of lists and macros, each by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import Problem
from scanner.rulebook import definitions
from scanner.rulebook.definitions import MOST_DEFINITIONS, Kind, read_definitions
from tests.rulebook import EMPTY_SHA256


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_is_named_for_what_it_defines() -> None:
    problems: list[Problem] = []
    files = [write("programs.yaml", "why: They run.\nlist: [exe, com]"), write("big.yaml", "macro: {size: '> 1GiB'}")]
    shared = read_definitions(files, problems)
    known = {name: (one.kind, one.value) for name, one in shared.definitions.items()}
    assert known == {"programs": (Kind.LIST, ["exe", "com"]), "big": (Kind.MACRO, {"size": "> 1GiB"})}
    assert (problems, shared.broken) == ([], frozenset())


def test_a_name_defined_twice_is_an_error_that_names_both() -> None:
    problems: list[Problem] = []
    read_definitions([write("a/x.yaml", "list: [a]"), write("b/x.yaml", "macro: {name: a}")], problems)
    remedy = "Give each list and macro a name of its own."
    assert problems == [Problem("b/x.yaml", "the name x is taken by a/x.yaml", remedy)]


def test_digests_in_a_file_beside_the_definition_stand_in_its_place() -> None:
    write("_shared/bad.txt", EMPTY_SHA256)
    file = write("_shared/known-bad.yaml", "macro: {any: [{sha256: {file: bad.txt}}]}")
    value = read_definitions([file], []).definitions["known-bad"].value
    assert value == {"any": [{"sha256": [EMPTY_SHA256]}]}


def test_definitions_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MOST_DEFINITIONS", 2)
    problems: list[Problem] = []
    read_definitions([write(f"_shared/{name}.yaml", "list: [a]") for name in "abc"], problems)
    assert [str(one) for one in problems] == ["_shared: there are more than 2 lists and macros"]
    assert MOST_DEFINITIONS == 1_000


def test_a_broken_definition_is_told_from_one_that_is_not_there() -> None:
    problems: list[Problem] = []
    shared = read_definitions([write("x.yaml", "list: [")], problems)
    assert (shared.definitions, shared.broken, len(problems)) == ({}, frozenset({"x"}), 1)
