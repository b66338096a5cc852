"""A rule with lists and macros is the rule that was written out by hand."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.document import MAX_DEPTH, Document, parse_document
from scanner.rulebook import expansion
from scanner.rulebook.definitions import Definition, Kind, Shared
from scanner.rulebook.expansion import MOST_IN_ALL, MOST_IN_ONE, Budget, Expanded, expand


def shared(**values: Any) -> Shared:
    """Definitions by their names; a list is a list, a mapping a macro."""
    return Shared({name.replace("_", "-"): defined(name.replace("_", "-"), value) for name, value in values.items()})


def defined(name: str, value: Any) -> Definition:
    kind = Kind.LIST if isinstance(value, list) else Kind.MACRO
    path = Path(f"_shared/{name}.yaml")
    return Definition(name, kind, path, parse_document(json.dumps({kind.value: value}), str(path)))


def written(match: Any) -> Document:
    return parse_document(json.dumps({"id": "a", "match": match}, indent=1), "a.yaml")


def expanded(match: Any, known: Shared, budget: Budget | None = None) -> Expanded:
    return expand(written(match), ("match",), known, budget)


KNOWN = shared(
    office=["docx", "xlsx"],
    all_office=[{"list": "office"}, "doc"],
    partners={"folder": "/Shared/Partners"},
    office_of_partners={"macro": "partners", "extension": {"list": "all-office"}},
)
PARTNERS = {"folder": "/Shared/Partners"}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"extension": {"list": "office"}}, {"extension": ["docx", "xlsx"]}),
        ({"extension": ["exe", {"list": "office"}, "com"]}, {"extension": ["exe", "docx", "xlsx", "com"]}),
        ({"extension": {"list": "all-office"}}, {"extension": ["docx", "xlsx", "doc"]}),
        ({"macro": "partners"}, PARTNERS),
        ({"not": {"macro": "partners"}}, {"not": PARTNERS}),
        ({"any": [{"macro": "partners"}, {"name": "a"}]}, {"any": [PARTNERS, {"name": "a"}]}),
        ({"macro": "partners", "name": "a"}, {"name": "a", "all": [PARTNERS]}),
        ({"all": [{"name": "a"}], "macro": "partners"}, {"all": [{"name": "a"}, PARTNERS]}),
        (
            {"macro": "office-of-partners"},
            {"extension": ["docx", "xlsx", "doc"], "all": [PARTNERS]},
        ),
    ],
)
def test_what_is_used_stands_as_if_it_had_been_written_there(short: Any, long: Any) -> None:
    found = expanded(short, KNOWN)
    assert (found.value, found.problems) == ({"id": "a", "match": long}, [])


def test_every_value_keeps_its_place_and_that_of_its_use() -> None:
    found = expanded({"extension": ["exe", {"list": "all-office"}], "macro": "partners"}, KNOWN)
    through = "_shared/all-office.yaml:1, used in a.yaml:6"
    assert found.where(("match", "extension", 0)) == "a.yaml:5"
    assert found.where(("match", "extension", 1)) == f"_shared/office.yaml:1, used in {through}"
    assert found.where(("match", "extension", 3)) == through
    assert found.where(("match", "all", 0, "folder")) == "_shared/partners.yaml:1, used in a.yaml:10"
    assert found.where(("id",)) == "a.yaml:2"
    assert found.used == {"office", "all-office", "partners"}


def test_neither_the_document_nor_a_definition_is_changed() -> None:
    document = written({"extension": {"list": "office"}, "macro": "partners"})
    found = expand(document, ("match",), KNOWN)
    found.value["match"]["extension"].append("x")
    assert document.value["match"] == {"extension": {"list": "office"}, "macro": "partners"}
    assert KNOWN.definitions["office"].value == ["docx", "xlsx"]


def test_of_a_broken_definition_nothing_is_said_again() -> None:
    found = expanded({"extension": ["a", {"list": "b"}], "not": {"macro": "b"}}, Shared({}, frozenset({"b"})))
    assert (found.problems, found.silent) == ([], {("match", "extension", 1), ("match", "not")})


def doubling(levels: int) -> dict[str, Any]:
    """Each stands for two of the next: 2 ** levels in all."""
    pairs = {f"m{level}": {"any": [{"macro": f"m{level + 1}"}] * 2} for level in range(levels)}
    return {**pairs, f"m{levels}": {"name": "a"}}


def test_a_bomb_of_macros_ends_at_the_limit() -> None:
    began = time.process_time()
    found = expanded({"macro": "m0"}, shared(**doubling(18)))
    what = f"its lists and macros stand for more than {MOST_IN_ONE} values"
    assert [(one.where, one.what) for one in found.problems] == [("a.yaml:1", what)]
    assert time.process_time() - began < 5


def test_a_bomb_of_lists_ends_at_the_limit() -> None:
    lists = {f"l{level}": [{"list": f"l{level + 1}"}] * 1_000 for level in range(3)}
    found = expanded({"name": {"list": "l0"}}, shared(**lists, l3=["a"] * 1_000))
    assert [one.what for one in found.problems] == [f"its lists and macros stand for more than {MOST_IN_ONE} values"]


def test_many_small_rules_cannot_stand_for_more_than_all_may() -> None:
    known, budget = shared(long=["a"] * 45_000), Budget()
    results = [expanded({"name": {"list": "long"}}, known, budget) for _ in range(12)]
    what = f"the lists and macros of all rules together stand for more than {MOST_IN_ALL} values"
    assert [[one.what for one in found.problems] for found in results] == [[]] * 11 + [[what]]


def test_macros_that_lie_too_deep_in_each_other_are_refused() -> None:
    deep: dict[str, Any] = {"name": "a"}
    for _ in range(MAX_DEPTH - 4):
        deep = {"not": deep}
    found = expanded({"all": [{"not": {"macro": "deep"}}]}, shared(deep=deep))
    what = f"match.all[0].not: is nested more than {MAX_DEPTH} deep with its macros"
    assert [one.what for one in found.problems] == [what]


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text("xyz", max_size=3)
MATCHES = st.recursive(
    st.fixed_dictionaries({}, optional={"name": st.lists(TEXTS | NAMES.map(lambda n: {"list": f"l{n}"}), max_size=3)}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "all": st.lists(inner, max_size=2),
            "not": inner,
            "macro": NAMES.map(lambda name: f"m{name}"),
        },
    ),
    max_leaves=6,
)


def by_hand(value: Any, known: dict[str, Any]) -> Any:
    """The same in the plainest way, without places."""
    if isinstance(value, list):
        parts = [
            known[one["list"]] if isinstance(one, dict) and "list" in one else [by_hand(one, known)] for one in value
        ]
        return [one for part in parts for one in part]
    if not isinstance(value, dict):
        return value
    rest = {key: by_hand(one, known) for key, one in value.items() if key != "macro"}
    if "macro" not in value:
        return rest
    if not rest:
        return known[value["macro"]]
    return rest | {"all": [*rest.get("all", []), known[value["macro"]]]}


@given(MATCHES, st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_is_written_it_comes_to_the_same_as_writing_it_out(match: Any, values: list[str]) -> None:
    known = {f"l{name}": [name, *values] for name in "abc"} | {f"m{name}": {"name": name} for name in "abc"}
    found = expanded(match, shared(**known))
    assert (found.value["match"], found.problems) == (by_hand(match, known), [])


def test_the_words_of_the_limits_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lists-and-macros.md").read_text()
    assert f"{expansion.MOST_IN_ONE:,} in one rule, {expansion.MOST_IN_ALL:,} in all rules" in page
