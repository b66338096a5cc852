"""Counting in windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.text_search import BEYOND, OVERLAP, STEP, TOO_LONG, tallies
from scanner.rulebook.pattern import SEARCH_LIMIT, compiled
from scanner.rulebook.questions import Search, Tally
from tests.inspection.test_rule_engine import Huge

CARDS = b"4111 1111 1111 1111, 5500-0000-0000-0004, 4111111111111111"


def tally(search: Search, data: bytes) -> Tally:
    return tallies([search], memory_content(data, mime_of), len(data))[search]


@pytest.mark.parametrize(
    ("search", "data", "expected"),
    [
        (Search("a"), b"", Tally()),
        (Search("a"), b"-a-a", Tally(1, 1, done=False)),
        (Search("a", enough=3), b"-a-a", Tally(2, 1)),
        (Search("aa", enough=9), b"aaaaa", Tally(2, 0)),
        (Search("a", within=1, enough=9), b"aaaaa", Tally(1, 0)),
        (Search("A", ignore_case=True), b"-a", Tally(1, 1, done=False)),
        (Search(r"\b", enough=9), b"a b", Tally(4, 0)),
        (Search(detector="payment-card", enough=9), CARDS, Tally(2, 0, "mask")),
        (Search(detector="payment-card", enough=2), CARDS, Tally(2, 0, "mask", done=False)),
        (Search(detector="payment-card"), b"4111 1111 1111 1112", Tally()),
    ],
)
def test_it_is_counted_until_it_is_enough(search: Search, data: bytes, expected: Tally) -> None:
    found = tally(search, data)
    assert (found.count, found.offset, found.done, found.gap) == (expected.count, expected.offset, expected.done, None)
    assert bool(found.excerpt) is bool(expected.excerpt)


def test_an_excerpt_does_not_give_the_value_away() -> None:
    found = tally(Search(detector="payment-card"), CARDS)
    assert "1111" in found.excerpt
    assert "4111 1111 1111" not in found.excerpt


@pytest.mark.parametrize("detector", ["", "payment-card"])
@pytest.mark.parametrize("at", [STEP - 8, STEP, STEP + OVERLAP - 8, STEP + OVERLAP])
def test_what_two_windows_share_counts_once(detector: str, at: int) -> None:
    search = Search(detector=detector, enough=9) if detector else Search("4111 [0-9 ]*", enough=9)
    found = tallies([search], Huge(3 * STEP, at, b" 4111 1111 1111 1111 "), 3 * STEP)[search]
    assert (found.count, found.offset, found.done) == (1, at + 1, True)


def test_each_of_several_is_counted_for_itself_in_one_pass() -> None:
    content = Huge(3 * STEP, STEP, b"secret")
    first, other = Search("secret"), Search("never")
    found = tallies([first, other], content, content.facts.size)
    assert found == {first: Tally(1, STEP, done=False), other: Tally()}
    assert len(content.reads) == 3


def test_beyond_the_limit_there_may_be_more() -> None:
    content = Huge(SEARCH_LIMIT + 1, 5, b"aa")
    found = tallies([Search("a", enough=2), Search("b"), Search("b", within=9)], content, content.facts.size)
    assert list(found.values()) == [
        Tally(2, 5, done=False),
        Tally(done=False, gap=BEYOND),
        Tally(),
    ]


def test_what_is_not_found_in_time_may_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.inspection.text_search.LONGEST", -1.0)
    content = Huge(9 * STEP, 5, b"aa")
    found = tallies([Search("a"), Search("aa?", enough=9), Search("b", within=9)], content, content.facts.size)
    assert list(found.values()) == [Tally(1, 5, done=False), Tally(1, 5, done=False, gap=TOO_LONG), Tally()]
    assert tallies([Search("b")], Huge(STEP), STEP) == {Search("b"): Tally()}


@given(st.lists(st.sampled_from([b"ab", b"a", b".", b"b" * 9]), max_size=200), st.integers(1, 40))
def test_counting_is_that_of_the_expression_itself(pieces: list[bytes], enough: int) -> None:
    data = b"".join(pieces)
    for regex in ("ab?", "b+", "a.a"):
        matches = [match.start() for match in compiled(regex, False).finditer(data)]
        found = tally(Search(regex, enough=enough), data)
        assert found.count == min(enough, len(matches))
        assert found.offset == (matches[0] if matches else None)


@pytest.mark.parametrize("size", [0, 1, 4_095, 4_096, 4_097])
def test_what_is_sought_near_the_beginning_is_sought_to_the_end_of_a_short_content(size: int) -> None:
    search = Search(regex="secret", within=4_096)
    assert tally(search, bytes(size)) == Tally()
