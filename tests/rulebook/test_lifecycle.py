"""Canaries and exceptions as they are written."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scanner.model import GroupId
from scanner.rulebook.lifecycle import MOST_EXCEPTIONS, Canary, RuleException, place_of
from scanner.rulebook.rule import rulebook_of
from tests.rulebook import rule

PAGE = (Path(__file__).parents[2] / "docs" / "rule-life.md").read_text()
CASE = {"match": {"name": "b"}, "reason": "Known.", "author": "jdoe", "until": "2026-12-31"}
GROUPS = [GroupId(f"{number:08x}-7d1f-4c6e-9a51-2b9c6f0e8d11") for number in range(2_000)]
IDS = st.text(max_size=40)


def refusals(**more: Any) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as refused:
        rule({"name": "a"}, **more)
    return [(error["loc"], error["msg"].removeprefix("Value error, ")) for error in refused.value.errors()]


@pytest.mark.parametrize("share", ["0%", "0.0%", "100%", "10", "-5%", "1e1%", "10.12345%", "ten%", "10 %"])
def test_a_share_is_more_than_nothing_and_less_than_all(share: str) -> None:
    said = f'"{share}" is no share; write more than 0% and less than 100%, as in 10% or 0.5%'
    assert refusals(canary={"share": share}) == [(("canary", "share"), said)]


def test_a_canary_must_say_for_whom_and_in_which_folders_from_the_root() -> None:
    nobody = "says of no file that it comes first; write share or folders"
    assert refusals(canary={}) == [(("canary",), nobody)]
    assert refusals(canary=None) == [(("canary",), "has no value; write one or remove the key")]
    ((loc, said),) = refusals(canary={"folders": "Shared/IT"})
    assert (loc, said.split(",")[0]) == (("canary", "folders", 0), "must begin with / or **")


@pytest.mark.parametrize("key", list(CASE))
def test_an_exception_needs_each_of_its_keys(key: str) -> None:
    case = {name: value for name, value in CASE.items() if name != key}
    assert refusals(exceptions=[case]) == [(("exceptions", 0, key), "Field required")]


def test_an_exception_must_be_understood_like_a_rule() -> None:
    assert [loc for loc, _ in refusals(exceptions=[CASE | {"match": {"nme": "b"}}])] == [
        ("exceptions", 0, "match", "nme")
    ]
    assert refusals(exceptions=[]) == [(("exceptions",), "must not be empty")]
    assert refusals(exceptions=[CASE] * (MOST_EXCEPTIONS + 1)) == [(("exceptions",), "must have 1 to 100 values")]


def test_a_change_of_canary_or_exceptions_is_a_change_of_the_rulebook() -> None:
    rules = [
        rule({"name": "a"}),
        rule({"name": "a"}, canary={"share": "10%"}),
        rule({"name": "a"}, canary={"share": "20%"}),
        rule({"name": "a"}, exceptions=[CASE]),
        rule({"name": "a"}, exceptions=[CASE | {"until": "2027-01-01"}]),
    ]
    assert len({rulebook_of([one]).digest for one in rules}) == len(rules)


def test_the_examples_of_the_page_are_right() -> None:
    canary, exception = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    written = rule({"name": "a"}, **canary, **exception)
    assert written.canary == Canary.model_validate({"share": "10%", "folders": ["/Shared/IT"]})
    assert [one.author for one in written.exceptions or ()] == ["jdoe"]
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(RuleException.model_fields)
    assert f"A rule has at most {MOST_EXCEPTIONS} exceptions" in PAGE


def test_about_a_tenth_of_all_files_is_in_a_share_of_a_tenth_and_others_for_another_rule() -> None:
    tenth = Canary(share="10%")
    taken = {name: {group for group in GROUPS if tenth.takes(name, group)} for name in ("a-rule", "b-rule")}
    assert Counter(150 < len(groups) < 250 for groups in taken.values()) == {True: 2}
    assert len(taken["a-rule"] & taken["b-rule"]) < 50


@given(IDS, IDS, st.integers(1, 99), st.integers(1, 99))
def test_a_larger_share_holds_all_files_of_a_smaller_one(name: str, group: str, one: int, other: int) -> None:
    small, large = Canary(share=f"{min(one, other)}%"), Canary(share=f"{max(one, other)}%")
    assert large.takes(name, GroupId(group)) >= small.takes(name, GroupId(group))


def test_a_file_keeps_its_side_whatever_machine_asks() -> None:
    """A fixed value: a change of the hash would move files from one side to the other in every canary."""
    assert place_of("double-extension", GroupId("g")) == 0xD1246109207EB36E
