"""An anatomy as rules see it."""

from __future__ import annotations

from scanner.model import Gap, Unscannable
from scanner.rulebook.anatomy import Anatomy, Member, Span, Trait
from scanner.rulebook.insides import Insides, MemberFacts, insides_of

ENCRYPTED = frozenset({Trait.ENCRYPTED})


def test_names_are_folded_places_are_not_and_what_was_not_taken_out_is_not_known() -> None:
    gap = Gap(Unscannable.ENCRYPTED)
    anatomy = Anatomy(
        (
            Member("A.Doc", "A.Doc", 1, 9, "application/msword", "ab", text=Span(0, 3), content=Span(0, 9)),
            Member("A.Doc!B.exe", "B.exe", 2, 5, traits=ENCRYPTED),
        ),
        frozenset({Trait.MACRO}),
        gap=gap,
    )
    program = "application/vnd.microsoft.portable-executable"
    first = MemberFacts(
        0, "A.Doc", "a.doc", 1, 9, "application/msword", "application/msword", "ab", frozenset(), wrapped=True
    )
    second = MemberFacts(1, "A.Doc!B.exe", "b.exe", 2, 5, None, program, None, ENCRYPTED, wrapped=False)
    inside = insides_of(anatomy)
    assert inside == Insides((first, second), 2, 2, 9, frozenset({Trait.MACRO, Trait.ENCRYPTED}), gap)
    assert [one.at_hand for one in inside.members] == [True, False]


def test_members_that_are_counted_and_not_described_are_cut() -> None:
    assert (Insides(count=3).cut, insides_of(Anatomy()).cut) == (3, 0)
