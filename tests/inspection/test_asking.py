"""Answers from the platform, from real yara-x and from the real sandbox."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from demo.samples import docx, encrypted_zip_of, zip_of
from scanner.errors import RetryLater
from scanner.files.kind import mime_of
from scanner.inspection import asking
from scanner.inspection.asking import Asking, Means
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import Gap, Person, Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.insides import Insides
from scanner.rulebook.questions import NOBODY, Answer, Ask, Matched, OfMember, Question, Search, Tally, Unanswerable
from scanner.rulebook.yara_rules import NO_YARA, YaraMatch, YaraRule
from tests.inspection.real import unpacker, yara
from tests.inspection.unpack import hostile

__all__ = ["unpacker", "yara"]
EVIL = Matched((YaraMatch(YaraRule("malware", "evil", ("bad",)), 2),), "digest")
SMALL = Matched((YaraMatch(YaraRule("malware", "small", ("tiny",)), None),), "digest")
HELLO, OWN = Search("hello"), Search("hello", taken_out=True)
WIDE = "say hello".encode("utf-16")


@dataclass
class Told(NobodyToAsk):
    somebody: Person | None = None
    number: int | None = None
    public: bool | None = None

    def person(self) -> Person | None:
        return self.somebody

    def versions(self) -> int | None:
        return self.number

    def public_link(self) -> bool | None:
        return self.public


def answered(
    data: bytes,
    *questions: Question,
    inquiry: NobodyToAsk | None = None,
    yara: YaraScanner | None = None,
    unpacker: Unpacker | None = None,
) -> list[Answer]:
    rules = NO_YARA if yara is None else yara.rules
    means = Means(inquiry or NobodyToAsk(), yara, rules, unpacker)
    with Asking(memory_content(data, mime_of), "a.bin", means) as asked:
        for question in questions:
            asked.ask([question])
        return [asked.answers[question] for question in questions]


PLATFORM = (Ask.PERSON, Ask.VERSIONS, Ask.PUBLIC_LINK)


def test_the_platform_is_asked_and_what_it_does_not_say_of_versions_and_links_is_no_answer() -> None:
    jdoe = Person("jdoe")
    assert answered(b"", *PLATFORM, inquiry=Told(jdoe, 3, True)) == [jdoe, 3, True]
    silent = [NOBODY, Unanswerable(asking.NO_VERSIONS), Unanswerable(asking.NO_LINK)]
    assert answered(b"", *PLATFORM, inquiry=Told()) == silent


def test_what_no_platform_knows_nobody_brought_before_and_no_link_leads_to() -> None:
    assert answered(b"", *PLATFORM) == [NOBODY, 1, False]


def test_a_platform_that_cannot_be_asked_now_is_asked_later() -> None:
    class Away(NobodyToAsk):
        def versions(self) -> int | None:
            raise RetryLater("no answer")

    with pytest.raises(RetryLater):
        answered(b"", Ask.VERSIONS, inquiry=Away())


def test_bytes_are_measured_and_searched() -> None:
    assert answered(b"ab", Ask.ENTROPY, Search("b")) == [1.0, Tally(1, 1, done=False)]


def test_yara_is_asked_about_the_content_and_about_members(yara: YaraScanner, unpacker: Unpacker) -> None:
    assert answered(b"an", Ask.YARA, yara=yara) == [
        Matched((YaraMatch(YaraRule("malware", "small", ("tiny",)), None),), "digest")
    ]
    data = zip_of({"a.txt": b"nothing", "b.txt": b"--evil"})
    nothing = Matched((), "digest")
    members = [OfMember(index, Ask.YARA) for index in (0, 1)]
    assert answered(data, Ask.YARA, *members, yara=yara, unpacker=unpacker) == [nothing, nothing, EVIL]


def test_what_lies_in_a_content_is_described(unpacker: Unpacker) -> None:
    (inside,) = answered(zip_of({"a.txt": b"hello"}), Ask.INSIDES, unpacker=unpacker)
    assert isinstance(inside, Insides)
    assert ([one.name for one in inside.members], inside.depth, inside.unpacked, inside.gap) == (["a.txt"], 1, 5, None)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (docx("say hello"), True),
        (docx("say nothing"), False),
        (WIDE, True),
        (b"hello", False),
    ],
)
def test_text_is_searched_where_it_was_taken_out(unpacker: Unpacker, data: bytes, text: bool) -> None:
    (found,) = answered(data, OWN, unpacker=unpacker)
    assert isinstance(found, Tally)
    assert (found.count > 0, found.gap) == (text, None)


def test_text_of_members_is_searched_in_their_bytes_and_in_what_was_taken_out_of_them(unpacker: Unpacker) -> None:
    data = zip_of({"a.txt": b"-hello", "b.txt": WIDE})
    questions = (OfMember(0, HELLO), OfMember(1, HELLO), OfMember(1, OWN))
    assert answered(data, *questions, unpacker=unpacker) == [
        Tally(1, 1, done=False),
        Tally(),
        Tally(1, 4, done=False),
    ]


def test_a_member_that_is_locked_gives_no_answer_and_the_whole_says_why(unpacker: Unpacker) -> None:
    data = encrypted_zip_of("a.txt", b"hello", b"secret of a stranger")
    member, inside = answered(data, OfMember(0, HELLO), Ask.INSIDES, unpacker=unpacker)
    assert member == Unanswerable(asking.NOT_AT_HAND)
    assert isinstance(inside, Insides)
    assert (inside.traits, inside.gap and inside.gap.reason) == ({Trait.ENCRYPTED}, Unscannable.ENCRYPTED)


def test_where_nothing_is_there_to_ask_that_is_the_reason() -> None:
    assert answered(b"a", Ask.YARA, Ask.INSIDES, OWN) == [
        Unanswerable(asking.NO_YARA),
        Unanswerable(asking.NO_UNPACKER),
        Unanswerable(asking.NO_UNPACKER),
    ]


def test_members_are_not_asked_about_for_ever(unpacker: Unpacker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST", -1.0)
    assert answered(zip_of({"a": b"hello"}), OfMember(0, HELLO), unpacker=unpacker) == [Unanswerable(asking.TOO_LONG)]


def test_members_are_searched_up_to_a_limit_in_all(unpacker: Unpacker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SEARCH_LIMIT", 8)
    data = zip_of({"a": b"hello", "b": b"hello"})
    found = answered(data, OfMember(0, HELLO), OfMember(1, HELLO), unpacker=unpacker)
    assert found == [Tally(1, 0, done=False), Unanswerable(asking.TOO_MUCH)]


def test_text_that_was_not_all_taken_out_leaves_open_what_is_searched_and_not_what_lies_inside(
    unpacker: Unpacker,
) -> None:
    """The contents of its only page are too large."""
    data = hostile.pdf_with_packed_zeros()
    inside, own = answered(data, Ask.INSIDES, OWN, unpacker=unpacker)
    of_member = answered(zip_of({"a.pdf": data}), OfMember(0, OWN), unpacker=unpacker)
    assert isinstance(inside, Insides)
    assert (inside.count, inside.gap) == (0, None)
    found = [own, *of_member]
    assert [isinstance(one, Tally) and (one.done, one.gap and one.gap.reason) for one in found] == [
        (False, Unscannable.LIMITS)
    ] * 2


def test_text_that_was_not_all_taken_out_may_hold_more() -> None:
    gap = Gap(Unscannable.LIMITS)
    short = [asking._short_of(HELLO, tally, gap) for tally in (Tally(), Tally(1, 0, done=False))]
    assert short == [Tally(done=False, gap=gap), Tally(1, 0, done=False)]
