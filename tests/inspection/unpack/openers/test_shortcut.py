"""Windows shortcuts."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.shortcut import HEAD, open_shortcut
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, source_of, told_of

LINK_INFO = struct.pack("<I", 40) + b"\0\0C:\\Windows\\cmd.exe\0".ljust(36, b"\0")
ENVIRONMENT = struct.pack("<II", 0x314, 0xA0000001) + b"%ComSpec%".ljust(260, b"\0") + bytes(520)
END = bytes(4)


def shortcut(arguments: str, *, wide: bool = True, after: bytes = ENVIRONMENT + END) -> bytes:
    flags = 0x01 | 0x02 | 0x20 | (0x80 if wide else 0)
    text = struct.pack("<H", len(arguments)) + arguments.encode("utf-16-le" if wide else "cp1252")
    header = HEAD + struct.pack("<I", flags) + bytes(52)
    return header + struct.pack("<H", 10) + b"\x08\0abcdef\0\0" + LINK_INFO + text + after


@pytest.mark.parametrize("wide", [True, False])
def test_the_command_line_is_text(wide):
    command = "/c start" + " " * 300 + "https://example.org/größe"

    told = told_of(open_shortcut, shortcut(command, wide=wide))

    assert told.traits == {Trait.SHORTCUT}
    assert {command, "C:\\Windows\\cmd.exe", "%ComSpec%"} <= set(told.all_text.split("\n"))
    assert told.members == []


@pytest.mark.parametrize("wide", [True, False])
def test_signs_that_a_shell_drops_are_left_out_the_second_time(wide):
    lines = told_of(open_shortcut, shortcut('/c p^ow""er`shell -e^nc "A"', wide=wide)).all_text.split("\n")

    assert {'/c p^ow""er`shell -e^nc "A"', "/c powershell -enc A"} <= set(lines)


def test_what_is_said_without_such_signs_is_said_once():
    assert told_of(open_shortcut, shortcut("/c calc.exe")).all_text.count("/c calc.exe") == 1


@pytest.mark.parametrize(
    "block",
    [struct.pack("<II", 0x7FFFFFFF, 0xA0000001), struct.pack("<II", 64, 0x90909090), struct.pack("<II", 9, 0)],
    ids=["longer than the file", "of no known kind", "of no kind"],
)
def test_a_block_that_is_none_hides_neither_what_it_says_nor_what_is_behind_it(block):
    after = ENVIRONMENT + block + "mshta x".encode("utf-16-le") + b"MZ" * 99

    told = told_of(open_shortcut, shortcut("/c", after=after))

    assert "mshta x" in told.all_text
    assert [content.startswith(block) for _, content in told.members] == [True]


def test_what_a_shortcut_carries_behind_its_end_is_handed_on():
    assert told_of(open_shortcut, shortcut("/c", after=END + b"MZ payload")).members == [("appended", b"MZ payload")]


@pytest.mark.parametrize(
    "odd", [struct.pack("<II", 16, 0xDEADBEEF) + b"payload.", struct.pack("<II", 99, 0xA0000002) + b"payload."]
)
def test_a_block_of_no_known_kind_or_larger_than_the_file_is_handed_on_as_what_it_may_carry(odd):
    assert told_of(open_shortcut, shortcut("/c", after=ENVIRONMENT + odd)).members == [("appended", odd)]


def test_a_shortcut_without_an_end_is_one():
    assert told_of(open_shortcut, shortcut("/c", after=b"")).traits == {Trait.SHORTCUT}


def test_a_shortcut_that_is_cut_off_is_damaged_and_what_it_says_is_text():
    record = Record()

    with pytest.raises(ValueError, match="cut off"):
        open_shortcut(source_of(shortcut("/c start calc.exe", after=b"\xff\xff")), record)

    assert record.traits == {Trait.SHORTCUT}
    assert "/c start calc.exe" in record.all_text


def test_other_contents_are_no_shortcuts():
    with pytest.raises(ValueError, match="no shortcut"):
        told_of(open_shortcut, b"L\0\0\0" + bytes(80))


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_head_end_in_an_answer_or_in_damage(content):
    record = Record()
    try:
        open_shortcut(source_of(HEAD + content), record)
    except ValueError:
        pass
    assert record.traits == {Trait.SHORTCUT}
