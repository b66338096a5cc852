"""What is known, packed and back."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Learnt, Person
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import MOST_MEMBERS, from_wire, to_wire
from scanner.rulebook.packing import FORM, LARGEST, packed, renewed, unpacked
from scanner.rulebook.questions import Ask, OfMember, Search, Tally
from scanner.rulebook.wire_values import NotKnown
from tests.rulebook import insides, known, member
from tests.rulebook.test_known_wire import everything

SEARCHES = [Search("a"), Search("b")]


def pack(what: Known) -> Learnt:
    learnt = packed(what)
    assert learnt is not None
    return learnt


@given(everything())
def test_it_comes_back_as_it_was(what: Known) -> None:
    found = unpacked(pack(what))
    assert found.whole() == to_wire(what)
    assert from_wire(found.plain) == Known(what.facts)


@given(st.binary())
def test_what_is_damaged_is_told_so(data: bytes) -> None:
    with pytest.raises(NotKnown):
        unpacked(Learnt(FORM, data)).whole()


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_what_is_cut_is_told_so(cut: int) -> None:
    with pytest.raises(NotKnown, match="damaged"):
        unpacked(Learnt(FORM, pack(known({Ask.VERSIONS: 3})).packed[:-cut])).whole()


def test_what_is_of_another_form_is_not_read() -> None:
    with pytest.raises(NotKnown, match=f"of form {FORM + 1}, where {FORM} is read"):
        unpacked(Learnt(FORM + 1, pack(known({})).packed))


def test_a_bomb_ends_at_the_limit() -> None:
    packer = zlib.compressobj()
    bomb = packer.compress(b'"' + b"a" * (LARGEST * 4) + b'"') + packer.flush()
    with pytest.raises(NotKnown, match="damaged"):
        unpacked(Learnt(FORM, b"{}\n" + bomb)).whole()


def test_a_usual_one_takes_little_room() -> None:
    usual = {Search("a"): Tally(), Ask.PERSON: Person("jdoe", "power", ("Finance",)), Ask.PUBLIC_LINK: False}
    assert len(pack(known(usual)).packed) < 250


def test_of_too_many_answers_about_members_none_is_kept_and_of_too_much_nothing() -> None:
    many = {Ask.INSIDES: insides(*(member("a.txt") for _ in range(MOST_MEMBERS)))}
    searches = [Search(str(number)) for number in range(700)]
    of_members = {OfMember(index, one): Tally() for index in range(MOST_MEMBERS) for one in searches}
    kept = from_wire(unpacked(pack(known({**many, **of_members}))).whole(), searches)
    assert kept.answers.keys() == many.keys()
    assert packed(known({Ask.PERSON: Person("j", "power", ("g" * LARGEST,))})) is None


def test_later_answers_are_added_to_earlier_ones() -> None:
    inside = insides(member("a"))
    first = known({Search("a"): Tally(1), Ask.VERSIONS: 3, Ask.INSIDES: inside, OfMember(0, Search("a")): Tally(1)})
    second = known({Search("b"): Tally(2), Ask.VERSIONS: 4, Ask.INSIDES: inside, OfMember(0, Search("b")): Tally(2)})
    both = from_wire(renewed(to_wire(first), to_wire(second)), SEARCHES)
    assert both.answers == {**first.answers, **second.answers}


def test_of_a_content_that_comes_apart_otherwise_now_nothing_earlier_is_kept_of_members() -> None:
    first = known({Ask.INSIDES: insides(member("a")), OfMember(0, Search("a")): Tally(1)})
    second = known({Ask.INSIDES: insides(member("b")), OfMember(0, Search("b")): Tally(2)})
    assert from_wire(renewed(to_wire(first), to_wire(second)), SEARCHES) == second
