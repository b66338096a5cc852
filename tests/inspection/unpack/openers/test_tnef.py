"""winmail.dat, made by hand."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.selftest.samples.mails import tnef
from scanner.inspection.unpack.openers.tnef import HEAD, open_tnef
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, survives, told_of

BEGIN = (2, 0x00069002, bytes(14))
TITLE = (2, 0x00018010, b"LONGNA~1.EXE\0")
DATA = (2, 0x0006800F, b"MZ")


def winmail(*attributes: tuple[int, int, bytes]) -> bytes:
    rows = (struct.pack("<BII", level, name, len(data)) + data + bytes(2) for level, name, data in attributes)
    return HEAD + bytes(2) + b"".join(rows)


def properties(*rows: bytes) -> bytes:
    return struct.pack("<I", len(rows)) + b"".join(rows)


def variable(kind: int, name: int, value: bytes, custom: bytes = b"") -> bytes:
    padding = bytes(-len(value) % 4)
    return struct.pack("<HH", kind, name) + custom + struct.pack("<II", 1, len(value)) + value + padding


def number(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, name) + value


def test_an_attachment_is_handed_on_under_its_title():
    assert told_of(open_tnef, winmail(BEGIN, TITLE, DATA)) == Record(members=[("LONGNA~1.EXE", b"MZ")])


def test_the_sample_of_the_self_test_is_opened():
    assert told_of(open_tnef, tnef(b"payload")).members == [("payload.com", b"payload")]


def test_the_long_name_counts_more_wherever_it_stands():
    guid = bytes(16)
    listed = properties(
        number(0x03, 0x3705, struct.pack("<I", 1)),
        number(0x40, 0x3007, bytes(8)),
        variable(0x1F, 0x8001, "x".encode("utf-16-le"), guid + struct.pack("<II", 0, 7)),
        variable(0x1E, 0x8002, b"x", guid + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + bytes(2)),
        variable(0x1F, 0x3707, "größe.exe\0".encode("utf-16-le")),
    )

    assert told_of(open_tnef, winmail(BEGIN, TITLE, DATA, (2, 0x00069005, listed))).members == [("größe.exe", b"MZ")]


def test_every_attachment_is_handed_on():
    told = told_of(open_tnef, winmail(BEGIN, TITLE, DATA, BEGIN, DATA, BEGIN))

    assert told.members == [("LONGNA~1.EXE", b"MZ"), ("attachment", b"MZ")]


def test_subject_and_bodies_are_text_and_a_body_in_rtf_is_handed_on():
    # [MS-OXRTFCP] 3.1.1: not packed.
    rtf = struct.pack("<II4sI", 12 + 7, 7, b"MELA", 0) + b"{\\rtf1}"
    listed = properties(variable(0x102, 0x1013, b"<p>From a page</p>"), variable(0x102, 0x1009, rtf))
    told = told_of(open_tnef, winmail((1, 0x00018004, b"Hello\0"), (1, 0x0002800C, b"Body\0"), (1, 0x00069003, listed)))

    assert told.all_text.split() == ["Hello", "Body", "From", "a", "page"]
    assert told.members == [("body.rtf", b"{\\rtf1}")]


def test_a_mail_inside_the_mail_is_handed_on_whole():
    inner = winmail(BEGIN, TITLE, DATA)
    listed = properties(variable(0x0D, 0x3701, bytes(16) + inner))

    assert told_of(open_tnef, winmail(BEGIN, (2, 0x00069005, listed))).members == [("message.tnef", inner)]


@pytest.mark.parametrize(
    "content", [winmail(BEGIN, TITLE, DATA)[:-3], winmail(BEGIN, TITLE, DATA) + b"behind", winmail(DATA, (7, 0, b""))]
)
def test_what_is_cut_off_or_followed_by_something_else_is_damaged_and_the_attachment_before_it_handed_on(content):
    told = told_of(open_tnef, content)
    assert (told.gaps, [data[:1] for _, data in told.members]) == ([Unscannable.CORRUPT], [b"M"])


def test_the_end_of_a_line_behind_it_is_no_damage():
    assert told_of(open_tnef, winmail(BEGIN, TITLE, DATA) + b"\r\n") == Record(members=[("LONGNA~1.EXE", b"MZ")])


def test_properties_without_end_are_a_limit_and_damaged_ones_are_told():
    many = (1, 0x00069003, struct.pack("<I", 10**9))
    cut = (1, 0x00069003, properties(variable(0x102, 0x1013, b"x" * 40))[:14])

    assert told_of(open_tnef, winmail(many)).gaps == [Unscannable.LIMITS]
    assert told_of(open_tnef, winmail(cut, BEGIN, TITLE, DATA)).members == [("LONGNA~1.EXE", b"MZ")]


def test_one_that_is_too_large_is_a_limit(monkeypatch):
    monkeypatch.setattr("scanner.inspection.unpack.openers.tnef.MAX_SIZE", 10)

    with pytest.raises(TooMuch):
        told_of(open_tnef, winmail(BEGIN, TITLE, DATA))


@given(st.data())
def test_no_damage_leads_to_anything_else_than_a_gap(data):
    listed = properties(variable(0x1F, 0x3707, b"a\0"), variable(0x102, 0x1013, b"<p>"))
    content = bytearray(winmail(BEGIN, TITLE, (2, 0x00069005, listed), DATA, (1, 0x00069003, listed)))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))

    survives(open_tnef, bytes(content))
