"""Mails of Outlook."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.selftest.samples.ole import msg
from scanner.inspection.unpack.openers.msg import DICTIONARY, decompressed, is_message, open_msg
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file
from tests.inspection.unpack.openers.office import packed
from tests.inspection.unpack.openers.recording import source_of, survives, told_of


def prop(tag: str) -> str:
    return f"__substg1.0_{tag}"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


MAIL = {"__properties_version1.0": bytes(32), prop("0037001F"): wide("Grüße"), prop("1000001F"): wide("Hello")}
FILE = {prop("37010102"): b"MZ", prop("3707001F"): wide("größe.exe"), prop("3704001E"): b"GR~1.EXE"}


def test_subject_and_body_are_text_and_an_attachment_is_handed_on():
    told = told_of(open_msg, compound_file({**MAIL, "__attach_version1.0_#00000000": FILE}))

    assert told.texts == ["Grüße\n", "Hello\n"]
    assert (told.members, told.traits, told.gaps) == ([("größe.exe", b"MZ")], set(), [])


def test_the_sample_of_the_self_test_is_opened():
    assert told_of(open_msg, msg(b"bad")).members == [("payload.com", b"bad")]


def test_texts_in_eight_bits_and_pages_are_read():
    tree = {prop("1000001E"): b"caf\xe9", prop("10130102"): b"<p>seen</p><script>unseen</script>"}

    told = told_of(open_msg, compound_file(tree))

    assert "café\n" in told.texts
    assert "seen" in told.all_text
    assert "unseen" not in told.all_text


@pytest.mark.parametrize(
    ("names", "expected"),
    [({prop("3704001E"): b"SHORT.EXE"}, "SHORT.EXE"), ({prop("3001001F"): wide("shown")}, "shown"), ({}, "attachment")],
)
def test_an_attachment_has_the_best_name_there_is(names, expected):
    tree = {"__attach_version1.0_#00000000": {prop("37010102"): b"x", **names}}

    assert told_of(open_msg, compound_file(tree)).members == [(expected, b"x")]


def test_what_a_mail_inside_holds_is_told_as_if_it_were_the_outer_ones():
    inner = {**MAIL, prop("1000001F"): wide("inner"), "__attach_version1.0_#00000000": FILE}
    outer = {**MAIL, "__attach_version1.0_#00000000": {prop("3701000D"): inner}}

    told = told_of(open_msg, compound_file(outer))

    assert told.members == [("größe.exe", b"MZ")]
    assert "inner\n" in told.texts


def test_files_and_streams_of_an_object_of_another_program_are_handed_on():
    item = {"\x01Ole10Native": packed("run.exe", b"MZ"), "CONTENTS": b"%PDF"}
    tree = {"__attach_version1.0_#00000000": {prop("3701000D"): item}}

    told = told_of(open_msg, compound_file(tree))

    assert sorted(told.members) == [("__substg1.0_3701000D/CONTENTS", b"%PDF"), ("run.exe", b"MZ")]
    assert told.traits == {Trait.OLE_PACKAGE}


EXAMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_a_body_of_compressed_rtf_is_handed_on_where_it_is_the_only_one():
    """The example of [MS-OXRTFCP] 3.1.1."""
    plain = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"

    assert decompressed(EXAMPLE) == plain
    assert told_of(open_msg, compound_file({prop("10090102"): EXAMPLE})).members == [("body.rtf", plain)]
    assert told_of(open_msg, compound_file({**MAIL, prop("10090102"): EXAMPLE})).members == []


def test_a_reference_that_reaches_what_it_writes_repeats_itself():
    """The example of [MS-OXRTFCP] 3.1.2."""
    written = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")

    assert decompressed(written) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_a_body_that_is_not_compressed_is_as_it_is():
    assert decompressed(struct.pack("<II4sI", 17, 5, b"MELA", 0) + b"{rtf}more") == b"{rtf}"


def test_the_window_is_filled_as_the_format_says():
    assert len(DICTIONARY) == 207


def test_a_body_that_claims_to_be_huge_is_a_limit_and_a_damaged_one_damage():
    with pytest.raises(TooMuch):
        decompressed(struct.pack("<II4sI", 1, 2**31, b"LZFu", 0))
    assert told_of(open_msg, compound_file({prop("10090102"): b"damaged"})).gaps == [Unscannable.CORRUPT]


@given(st.binary(max_size=300))
def test_any_bytes_decompress_to_no_more_than_they_claim(content):
    assert len(decompressed(struct.pack("<II4sI", 1, 1000, b"LZFu", 0) + content)) <= 1000 + 8 * 17


RICH = compound_file({**MAIL, prop("10090102"): EXAMPLE, "__attach_version1.0_#00000000": FILE})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8))
def test_a_damaged_mail_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place : place + len(value)] = value

    survives(open_msg, bytes(content))


@pytest.mark.parametrize(
    ("content", "is_one"),
    [(msg(b"x"), True), (compound_file({"Contents": b"x"}), False), (msg(b"x")[:600], False), (b"", False)],
    ids=["a mail", "another compound file", "cut off", "nothing"],
)
def test_a_mail_is_told_from_other_compound_files(content, is_one):
    assert is_message(source_of(content)) is is_one
