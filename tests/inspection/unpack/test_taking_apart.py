"""Bounds, order and names, with an opener of the tests' own: contents are written as `name=content;…`, in brackets."""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Iterator

import pytest

from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.inspection.unpack.output import Output
from scanner.inspection.unpack.taking_apart import FREE, LONGEST_NAME, LONGEST_PLACE, Bounds, TakingApart
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Trait

BOUNDS = Bounds(depth=3, members=10, total=1_000_000, ratio=10, seconds=60)


def open_json(source: Source, told: Told) -> None:
    """Of a list, each pair of a name and a content is a member."""
    for name, content in ast.literal_eval(source.file.read().decode()):
        told.member(name, iter([content]))


def openers_for(source: Source):
    return (open_json,) if source.head.startswith(b"[") else ()


def nest(*members: tuple[str, bytes]) -> bytes:
    return repr(list(members)).encode()


@pytest.fixture
def outputs() -> Iterator[tuple[int, int]]:
    descriptors = os.memfd_create("members"), os.memfd_create("texts")
    yield descriptors
    for each in descriptors:
        os.close(each)


@pytest.fixture
def take(outputs):
    def act(
        content: bytes, bounds: Bounds = BOUNDS, openers=openers_for, identify=lambda head: "text/plain"
    ) -> Anatomy:
        descriptor = os.memfd_create("content")
        try:
            os.write(descriptor, content)
            members, texts = map(Output, outputs)
            taking = TakingApart(bounds, ("secret",), members, texts, identify=identify, openers_for=openers)
            return taking.run(descriptor, len(content), "a.json", "text/plain")
        finally:
            os.close(descriptor)

    return act


def reason_of(anatomy: Anatomy):
    return anatomy.gap and anatomy.gap.reason


def places(anatomy: Anatomy) -> list[str]:
    return [member.place for member in anatomy.members]


def test_each_member_stands_before_what_lies_in_it(take):
    anatomy = take(nest(("a", nest(("b", b"1"), ("c", nest(("d", b"2"))))), ("e", b"3")))

    assert places(anatomy) == ["a", "a!b", "a!c", "a!c!d", "e"]
    assert [member.depth for member in anatomy.members] == [1, 2, 2, 3, 1]
    assert anatomy.gap is None


def test_bytes_and_hash_of_a_member_are_those_that_were_handed_on(take, outputs):
    (member,) = take(nest(("a", b"hello"))).members

    assert os.pread(outputs[0], member.content.length, member.content.offset) == b"hello"
    assert member.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_what_is_no_container_has_nothing_inside(take):
    assert take(b"hello") == Anatomy()


def test_depth_is_bounded_and_what_lies_beside_is_still_opened(take):
    deep = nest(("1", nest(("2", nest(("3", nest(("4", b"x"))))))))
    anatomy = take(nest(("deep", deep), ("beside", nest(("b", b"1")))))

    assert places(anatomy) == ["deep", "deep!1", "deep!1!2", "beside", "beside!b"]
    assert reason_of(anatomy) is Unscannable.ARCHIVE_DEPTH


def test_members_of_all_depths_are_counted_together(take):
    anatomy = take(nest(*((str(n), nest(("x", b"1"))) for n in range(7))))

    assert len(anatomy.members) == 10
    assert reason_of(anatomy) is Unscannable.ARCHIVE_MEMBERS


def test_that_nobody_opens_a_format_hides_no_other_reason(take):
    def unopened(source: Source, told: Told) -> None:
        told.incomplete(Unscannable.FORMAT, "nobody opens it")

    content = nest(("a", b"unopened"), ("b", nest(*((str(n), b"x") for n in range(10)))))
    anatomy = take(content, openers=lambda source: (unopened,) if source.head == b"unopened" else openers_for(source))

    assert reason_of(anatomy) is Unscannable.ARCHIVE_MEMBERS


def test_text_that_is_not_all_there_says_nothing_of_members_and_is_a_text_all_the_same(take):
    def slow(source: Source, told: Told) -> None:
        told.incomplete_text(Unscannable.SCAN_TIME, "page 1")
        told.incomplete_text(Unscannable.LIMITS, "page 2")

    content = nest(("a", b"slow"), ("b", b"x"))
    anatomy = take(content, openers=lambda source: (slow,) if source.head == b"slow" else openers_for(source))

    assert (anatomy.gap, anatomy.text_gap) == (None, Gap(Unscannable.SCAN_TIME, "a: page 1"))
    assert [member.text is not None for member in anatomy.members] == [True, False]


def test_bytes_of_all_members_are_counted_together(take):
    anatomy = take(nest(("a", b"x" * 600_000), ("b", b"x" * 600_000)))

    assert [member.content is None for member in anatomy.members] == [False, True]
    assert reason_of(anatomy) is Unscannable.ARCHIVE_SIZE


@pytest.mark.parametrize(("length", "reason"), [(FREE, None), (FREE + 1, Unscannable.ARCHIVE_RATIO)])
def test_a_ratio_counts_only_beyond_what_is_free(take, length, reason):
    def opener(source: Source, told: Told) -> None:
        piece = bytes(1024**2)
        told.member("zeros", (piece[: min(1024**2, length - at)] for at in range(0, length, 1024**2)))

    bounds = Bounds(depth=3, members=10, total=10**9, ratio=1000, seconds=60)
    anatomy = take(b"packed", bounds, lambda source: (opener,) if source.head == b"packed" else ())

    assert reason_of(anatomy) is reason


def test_time_is_bounded_and_what_was_found_is_told(take):
    def opener(source: Source, told: Told) -> None:
        told.member("first", [b"x"])
        while True:
            time.sleep(0.01)
            told.text("x")

    bounds = Bounds(depth=3, members=10, total=10**6, ratio=10, seconds=0.2)
    anatomy = take(b"slow", bounds, lambda source: (opener,) if source.head == b"slow" else ())

    assert places(anatomy) == ["first"]
    assert reason_of(anatomy) is Unscannable.SCAN_TIME


def test_no_end_of_names_fills_the_service_with_them(take):
    bounds = Bounds(depth=3, members=100_000, total=10**6, ratio=10**6, seconds=60)
    anatomy = take(nest(*(("n" * 900, b"") for _ in range(6000))), bounds)

    assert sum(map(len, places(anatomy))) <= 4 * 1024**2
    assert reason_of(anatomy) is Unscannable.ARCHIVE_MEMBERS


@pytest.mark.parametrize(
    ("written", "place", "name"),
    [
        ("../../etc/passwd", "../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.exe", "C:\\Windows\\a.exe", "a.exe"),
        ("folder/", "folder/", "folder"),
        ("/", "/", ""),
        ("nul\0l", "nul\ufffdl", "nul\ufffdl"),
        ("half\udc80", "half?", "half?"),
        ("x" * 2000, "…" + "x" * (LONGEST_PLACE - 1), "x" * LONGEST_NAME),
    ],
)
def test_hostile_names_are_told_and_can_be_written_anywhere(take, written, place, name):
    (member,) = take(nest((written, b"x"))).members

    assert (member.place, member.name) == (place, name)
    assert json.dumps(member.place).isascii()


@pytest.mark.parametrize(
    "error", [OSError("x"), ValueError("x"), KeyError("x"), EOFError(), ZeroDivisionError(), RecursionError()]
)
def test_what_an_opener_lets_pass_means_damage_and_the_bytes_before_it_are_kept(take, error):
    def pieces():
        yield b"before"
        raise error

    def opener(source: Source, told: Told) -> None:
        told.member("cut", pieces())

    anatomy = take(b"bad", openers=lambda source: (opener,) if source.head == b"bad" else ())

    assert [(member.name, member.size) for member in anatomy.members] == [("cut", 6)]
    assert reason_of(anatomy) is Unscannable.CORRUPT


def test_want_of_memory_is_a_limit_with_its_name(take):
    def opener(source: Source, told: Told) -> None:
        raise MemoryError

    assert reason_of(take(b"big", openers=lambda source: (opener,))) is Unscannable.MEMORY


def test_a_fault_of_ours_is_not_taken_for_damage(take):
    def opener(source: Source, told: Told) -> None:
        raise AttributeError("a bug")

    with pytest.raises(AttributeError):
        take(b"x", openers=lambda source: (opener,))


def test_several_openers_look_at_one_content_and_one_that_fails_stops_no_other(take, outputs):
    def fails(source: Source, told: Told) -> None:
        source.file.read(2)
        raise ValueError("damaged")

    def reads(source: Source, told: Told) -> None:
        told.trait(Trait.MACRO)
        told.text(source.file.read().decode())

    anatomy = take(b"text", openers=lambda source: (fails, reads))

    assert (anatomy.traits, reason_of(anatomy)) == ({Trait.MACRO}, Unscannable.CORRUPT)
    assert os.pread(outputs[1], anatomy.text.length, anatomy.text.offset) == b"text"


def test_the_first_reason_stays(take):
    def opener(source: Source, told: Told) -> None:
        told.locked("a", 5)
        told.incomplete(Unscannable.CORRUPT, "later")

    anatomy = take(b"x", openers=lambda source: (opener,))

    assert anatomy.gap == Gap(Unscannable.ENCRYPTED, "needs a password: a")
    assert anatomy.traits == anatomy.members[0].traits == {Trait.ENCRYPTED}


def test_a_content_whose_type_cannot_be_found_out_is_not_opened_and_that_is_told(take):
    failing = Gap(Unchecked.ENGINE_ERROR, "libmagic: broken")
    anatomy = take(nest(("a", nest(("b", b"x")))), identify=lambda head: failing)

    assert (places(anatomy), anatomy.gap) == (["a"], failing)


def test_a_full_disk_is_for_another_time(take, outputs):
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, outputs[0])
    os.close(full)

    assert reason_of(take(nest(("a", b"x")))) is Unchecked.SPOOL_UNAVAILABLE


def test_a_limit_of_an_opener_is_not_taken_for_damage(take):
    def opener(source: Source, told: Told) -> None:
        raise TooMuch("a directory of a gigabyte")

    assert take(b"x", openers=lambda source: (opener,)).gap == Gap(Unscannable.LIMITS, "a directory of a gigabyte")
