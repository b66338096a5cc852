"""Messages of CMS, taken apart."""

from __future__ import annotations

import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import cms as opener
from scanner.inspection.unpack.openers.cms import open_cms
from scanner.inspection.unpack.opening import TooMuch
from scanner.rulebook.anatomy import Trait
from tests.inspection import cms
from tests.inspection.unpack.openers.recording import survives, told_of

CONTENT = bytes(range(256)) * 4


@pytest.mark.parametrize("build", [cms.signed, cms.signed_in_parts, cms.packed])
def test_what_a_message_holds_is_handed_on_under_the_name_that_it_had(build):
    assert told_of(open_cms, build(CONTENT), name="a.exe.p7m").members == [("a.exe", CONTENT)]


ADDRESS, KNOWN = cms.element(0x16, b"https://example.org/a"), cms.element(0x30, cms.element(1, b"\0"))


@pytest.mark.parametrize(
    "content",
    [
        cms.stamped(CONTENT),
        cms.stamped(CONTENT, ADDRESS),
        cms.stamped(CONTENT, KNOWN),
        cms.stamped(CONTENT, ADDRESS, KNOWN),
        cms.stamped_in_parts(CONTENT),
    ],
    ids=["alone", "address", "known", "both", "parts"],
)
def test_what_has_a_time_stamp_is_handed_on_under_the_name_that_it_had(content):
    assert told_of(open_cms, content, name="a.pdf.p7m.TSD").members == [("a.pdf.p7m", CONTENT)]


def test_what_is_no_string_is_handed_on_as_it_is():
    inner = cms.element(0x30, cms.element(6, cms.DATA) + cms.element(0xA0, cms.element(0x30, CONTENT)))
    body = cms.element(0x30, cms.VERSION + cms.element(0x31, b"") + inner)
    told = told_of(open_cms, cms.message(cms.SIGNED, body))
    assert told.members == [("content", cms.element(0x30, CONTENT))]


def test_one_that_is_encrypted_is_locked():
    told = told_of(open_cms, cms.enveloped(), name="smime.p7m")
    assert (told.locks, told.traits) == ([("smime", len(cms.enveloped()))], {Trait.ENCRYPTED})


@pytest.mark.parametrize("content", [cms.signed(CONTENT)[:-200], cms.signed_in_parts(CONTENT)[:-700]])
def test_one_that_is_cut_off_is_damaged(content):
    with pytest.raises(ValueError, match="CMS"):
        told_of(open_cms, content)


@pytest.mark.parametrize("packed", [zlib.compress(CONTENT)[:-9], b"no zlib", b""])
def test_what_does_not_unpack_is_damaged(packed):
    held = cms.inner(cms.element(0xA0, cms.element(4, packed)))
    body = cms.element(0x30, cms.VERSION + cms.element(0x30, b"") + held)
    with pytest.raises(ValueError, match="CMS"):
        told_of(open_cms, cms.message(cms.PACKED, body))


def test_one_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(opener, "MAX_SIZE", 10)
    with pytest.raises(TooMuch):
        told_of(open_cms, cms.signed(CONTENT))


def test_strings_within_strings_are_followed_so_far_and_no_further():
    octets = cms.element(4, b"x")
    for _ in range(1_000):
        octets = cms.open_element(0x24, octets)
    inner = cms.inner(cms.element(0xA0, octets))
    with pytest.raises(ValueError, match="CMS"):
        told_of(open_cms, cms.message(cms.SIGNED, cms.element(0x30, cms.VERSION + cms.element(0x31, b"") + inner)))


def test_a_packed_bomb_is_unpacked_no_further_than_allowed():
    before = time.process_time()
    assert told_of(open_cms, cms.packed(bytes(50_000_000)), most=1_000_000).members == []
    assert time.process_time() - before < 2


SOUND = [build(CONTENT) for build in (cms.signed, cms.signed_in_parts, cms.packed, cms.stamped, cms.stamped_in_parts)]


@given(st.sampled_from(SOUND), st.data())
def test_a_damaged_message_ends_in_an_answer_or_in_damage(sound, data):
    content = bytearray(sound)
    for at in data.draw(st.lists(st.integers(20, 90), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    survives(open_cms, bytes(content))
