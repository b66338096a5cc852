"""Which of many searches could find something in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.sieve import FEW, MOST, TOGETHER, Sieve
from scanner.rulebook.detectors import DETECTORS, occurrences
from scanner.rulebook.pattern import compiled
from scanner.rulebook.questions import Search

WRITTEN = ["a", "b+", "(?i)c", "x|y", "^d", "e$", r"\bf\b", "[0-9]{3,5}", "ä", "(?P<x>g)", "(?P<x>h)", "i.j", "K"]
SEARCHES = [Search(one, ignore_case=one == "K") for one in WRITTEN]
CARD = Search(detector="payment-card")


def finds(search: Search, text: bytes) -> bool:
    if search.detector:
        return any(True for _ in occurrences(DETECTORS[search.detector], text))
    return compiled(search.regex, search.ignore_case).search(text) is not None


@given(st.lists(st.sampled_from([*SEARCHES, CARD]), unique=True), st.text("abcdefghijkxyKä 1234567\n").map(str.encode))
def test_none_is_left_out_that_finds_something(searches: list[Search], text: bytes) -> None:
    possible = Sieve().candidates(searches, text)
    assert possible <= set(searches)
    assert {one for one in searches if finds(one, text)} == {one for one in possible if finds(one, text)}


def test_most_that_find_nothing_are_left_out() -> None:
    many = [Search(f"word{number}") for number in range(3 * TOGETHER)]
    possible = Sieve().candidates(many, b"nothing of it, only word4 and no other")
    assert many[4] in possible
    assert len(possible) <= 2 * FEW
    assert Sieve().candidates(many, b"nothing of it") == set()


def test_more_expressions_than_are_remembered_are_looked_for_all_the_same() -> None:
    many = [Search(f"other{number}x") for number in range(MOST + 1)]
    sieve = Sieve()
    for some in (many[:99], many, many[:99]):
        assert some[7] in sieve.candidates(some, b"and other7x, too")


@pytest.mark.parametrize("text", [b"", b"4111 1111 1111 1111"])
def test_what_cannot_be_joined_looks_for_itself(text: bytes) -> None:
    beyond_ascii = [Search("ä"), Search("b"), Search("c")]
    assert Sieve().candidates(beyond_ascii, text) == set(beyond_ascii)


def test_a_heavy_expression_leaves_the_union_of_the_others_alone() -> None:
    light, heavy = [Search(f"light{number}") for number in range(6)], Search("(?:[a-f]{1,9}x){1,400}")
    sieve = Sieve()
    text = b"z" * 999
    assert sieve.candidates([*light[:3], heavy, *light[3:]], text) == {heavy}
    assert (
        {heavy, light[2]} <= sieve.candidates([*light[:3], heavy, *light[3:]], text + b"light2") <= {heavy, *light[:3]}
    )


def test_no_detector_looks_alone_through_a_text_that_has_nothing_for_it() -> None:
    every = [Search(detector=name) for name in DETECTORS]
    assert Sieve().candidates(every, b"no number and no key") == set()


def test_a_heavy_detector_looks_where_its_word_is() -> None:
    heavy = {name: detector.word for name, detector in DETECTORS.items() if detector.word}
    assert set(heavy) == {"gcp-service-account", "private-key", "pypi-token"}
    for name, word in heavy.items():
        search = Search(detector=name)
        assert Sieve().candidates([search], b"a text with " + word + b" in it") == {search}
