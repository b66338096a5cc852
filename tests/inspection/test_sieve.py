"""Which of many searches could find something in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.sieve import MOST, TOGETHER, Sieve
from scanner.rulebook.detectors import DETECTORS, occurrences
from scanner.rulebook.pattern import compiled
from scanner.rulebook.questions import Search

WRITTEN = ["a", "b+", "(?i)c", "x|y", "^d", "e$", r"\bf\b", "[0-9]{3,5}", "ä", "(?P<x>g)", "(?P<x>h)", "i.j", "K"]
SEARCHES = [Search(one, ignore_case=one == "K") for one in WRITTEN]
CARD = Search(detector="payment-card")


def first(search: Search, text: bytes) -> int | None:
    """Where what it finds first begins; None where it finds nothing."""
    if search.detector:
        return min((found.offset for found in occurrences(DETECTORS[search.detector], text)), default=None)
    found = compiled(search.regex, search.ignore_case).search(text)
    return None if found is None else int(found.start())


def candidates(searches: list[Search], text: bytes) -> set[Search]:
    return set(Sieve().candidates(searches, text))


@given(st.lists(st.sampled_from([*SEARCHES, CARD]), unique=True), st.text("abcdefghijkxyKä 1234567\n").map(str.encode))
def test_none_is_left_out_that_finds_something_nor_what_it_finds(searches: list[Search], text: bytes) -> None:
    possible = Sieve().candidates(searches, text)
    assert set(possible) <= set(searches)
    found = {one: begins for one in searches if (begins := first(one, text)) is not None}
    assert set(found) <= set(possible)
    assert all(possible[one] <= begins for one, begins in found.items())


def test_most_that_find_nothing_are_left_out() -> None:
    many = [Search(f"word{number}") for number in range(3 * TOGETHER)]
    text = b"nothing of it, only word4 and no other"
    assert Sieve().candidates(many, text) == dict.fromkeys(many[4:6], text.index(b"word4"))
    assert candidates(many, b"nothing of it") == set()


def test_more_expressions_than_are_remembered_are_looked_for_all_the_same() -> None:
    many = [Search(f"other{number}x") for number in range(MOST + 1)]
    sieve = Sieve()
    for some in (many[:99], many, many[:99]):
        assert some[7] in sieve.candidates(some, b"and other7x, too")


@pytest.mark.parametrize("text", [b"", b"4111 1111 1111 1111"])
def test_what_cannot_be_joined_looks_for_itself(text: bytes) -> None:
    beyond_ascii = Search("ä")
    assert candidates([beyond_ascii, Search("b"), Search("c")], text) == {beyond_ascii}


def test_a_heavy_expression_leaves_the_union_of_the_others_alone() -> None:
    light, heavy = [Search(f"light{number}") for number in range(6)], Search("(?:[a-f]{1,9}x){1,400}")
    every, text = [*light[:3], heavy, *light[3:]], b"z" * 999
    assert candidates(every, text) == {heavy}
    assert {heavy, light[2]} <= candidates(every, text + b"light2") <= {heavy, *light[:3]}


def test_no_detector_looks_alone_through_a_text_that_has_nothing_for_it() -> None:
    every = [Search(detector=name) for name in DETECTORS]
    assert candidates(every, b"no number and no key") == set()


def test_a_heavy_detector_looks_where_its_word_is() -> None:
    heavy = {name: detector.word for name, detector in DETECTORS.items() if detector.word}
    assert set(heavy) == {"gcp-service-account", "private-key", "pypi-token"}
    for name, word in heavy.items():
        search = Search(detector=name)
        assert candidates([search], b"a text with " + word + b" in it") == {search}
