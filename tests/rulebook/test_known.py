"""What is known, of a version and of its members."""

from __future__ import annotations

import pytest

from scanner.model import Gap, Person, Unscannable
from scanner.rulebook.questions import Answer, Ask, Matched, OfMember, Search, Tally, Unanswerable
from tests.rulebook import insides, known, member

TWICE = Search("a", enough=2)
GAP = Gap(Unscannable.LIMITS)


def test_an_answer_is_told_only_as_what_it_is() -> None:
    one = known({Ask.VERSIONS: 3, Ask.PERSON: Unanswerable(GAP)})
    assert (one.told(Ask.VERSIONS, int), one.told(Ask.PERSON, Person), one.told(Ask.ENTROPY, float)) == (3, None, None)


@pytest.mark.parametrize(
    ("answer", "unasked"),
    [
        (None, True),
        (Unanswerable(GAP), False),
        (Tally(1, 0, done=False), True),
        (Tally(2, 0, done=False), False),
        (Tally(1, 0, done=True), False),
        (Tally(1, 0, done=False, gap=GAP), False),
    ],
)
def test_counting_that_ended_too_early_is_worth_asking_again(answer: Answer | None, unasked: bool) -> None:
    assert known({} if answer is None else {TWICE: answer}).unasked(TWICE) is unasked


def test_questions_about_a_member_are_kept_apart_from_those_about_the_content() -> None:
    inside = insides(member("a"), member("b"))
    whole = known({Ask.INSIDES: inside, Ask.YARA: Matched(), OfMember(1, Ask.YARA): Unanswerable(GAP)})
    first, second = whole.inside()
    assert [one.subject.name for one in (whole, first, second)] == ["plan.docx", "a", "b"]
    assert [one.answer(Ask.YARA) for one in (whole, first, second)] == [Matched(), None, Unanswerable(GAP)]
    assert second.full(TWICE) == OfMember(1, TWICE)


def test_before_it_is_taken_apart_nothing_is_known_inside() -> None:
    assert list(known().inside()) == []
