"""What questions cost, and which are the same."""

from __future__ import annotations

from scanner.model import Gap, Unscannable
from scanner.rulebook.insides import Insides
from scanner.rulebook.questions import Ask, Cost, OfMember, Search, Tally, Unanswerable, cost_of, gap_of

GAP = Gap(Unscannable.LIMITS)


def test_a_call_for_every_version_comes_after_everything_that_costs_only_time() -> None:
    dearest_first = sorted(Ask, key=cost_of, reverse=True)
    assert dearest_first == [Ask.PUBLIC_LINK, Ask.VERSIONS, Ask.INSIDES, Ask.YARA, Ask.ENTROPY, Ask.PERSON]
    assert cost_of(Ask.PERSON) < cost_of(Search("a")) < cost_of(Ask.ENTROPY)


def test_text_that_has_to_be_taken_out_costs_taking_apart_and_a_member_what_is_asked_of_it() -> None:
    assert cost_of(Search("a", taken_out=True)) is Cost.UNPACK
    assert [cost_of(OfMember(1, about)) for about in (Search("a"), Ask.YARA)] == [Cost.SEARCH, Cost.YARA]


def test_how_much_is_enough_makes_no_other_question() -> None:
    assert Search("a", enough=9) == Search("a") != Search("a", ignore_case=True)


def test_whatever_stood_in_the_way_is_the_gap() -> None:
    assert [gap_of(one) for one in (Unanswerable(GAP), Tally(gap=GAP), Insides(gap=GAP))] == [GAP] * 3
    assert [gap_of(one) for one in (None, 3, True, 7.5, Tally())] == [None] * 5
