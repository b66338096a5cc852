"""Files between the lines of a text, decoded."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import coded
from scanner.inspection.unpack.openers.coded import has_coded, open_coded
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, source_of, survives, told_of

PAYLOAD = bytes(range(256)) * 2


def uuencoded(content: bytes, name: bytes = b"a.exe") -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"begin 644 %s\n%s`\nend\n" % (name, lines)


def b64encoded(content: bytes) -> bytes:
    return b"begin-base64 644 b.exe\n" + base64.encodebytes(content) + b"====\n"


def shar(*files: bytes) -> bytes:
    each = (b"sed 's/^X//' << 'END' > f\n" + _marked(content) + b"END\n" for content in files)
    return b"#!/bin/sh\n" + b"".join(each)


def _marked(content: bytes) -> bytes:
    return b"".join(b"X" + line for line in content.splitlines(keepends=True))


def test_every_file_in_a_text_is_handed_on_under_its_name():
    content = b"Hello.\n" + uuencoded(PAYLOAD) + b"And another:\r\n" + b64encoded(PAYLOAD) + uuencoded(b"c", b"c d")
    assert told_of(open_coded, content) == Record(members=[("a.exe", PAYLOAD), ("b.exe", PAYLOAD), ("c d", b"c")])


def test_a_file_ends_with_a_line_without_bytes_whatever_follows():
    assert told_of(open_coded, b"begin 644 a\n#0V%T\n`\n#0V%T\ne").members == [("a", b"Cat")]


def test_a_shar_holds_texts_as_they_are_and_files_by_uuencode():
    told = told_of(open_coded, shar(b"echo\nEND of it\n", b"two\n", uuencoded(PAYLOAD)))
    assert told.members[:1] == [("a.exe", PAYLOAD)]
    assert told.members[1:3] == [("file", b"echo\nEND of it\n"), ("2.file", b"two\n")]


def test_a_shar_of_today_leaves_most_lines_as_they_are():
    told = told_of(open_coded, b"sed 's/^X//' << \\END > f &&\necho\nXX\nEND\n")
    assert told.members == [("file", b"echo\nX\n")]


def test_a_file_by_yenc_and_one_in_a_card_are_handed_on_under_their_names():
    yenc = b"=ybegin line=128 size=2 name=a.exe\r\n=ypart begin=1 end=2\r\nw\x84\r\n=yend size=2\r\n"
    card = b"BEGIN:VCARD\nPHOTO;ENCODING=b:TVo=\nKEY;ENCODING=b;X-FILENAME=k.exe:TV=pNWg\nEND:VCARD\n"
    assert told_of(open_coded, yenc).members == [("a.exe", b"MZ")]
    assert told_of(open_coded, card).members[:3] == [
        ("file1", b"MZ"),
        ("k.exe", b"M"),
        ("2.k.exe", b"M\xa4\xd5\xa0"),
    ]


def test_what_is_no_uuencode_is_told_and_the_next_file_handed_on():
    told = told_of(open_coded, b"begin 644 a\n#0V%T\n#\xff\xff\xff\xff\nend\n" + uuencoded(b"b"))
    assert (told.gaps, told.members) == ([Unscannable.CORRUPT], [("a.exe", b"b")])


@pytest.mark.parametrize("content", [uuencoded(PAYLOAD), b64encoded(PAYLOAD), shar(PAYLOAD.replace(b"\r", b""))])
def test_of_what_is_cut_off_the_beginning_is_handed_on(content):
    ((_, data),) = told_of(open_coded, content[: len(content) // 2]).members
    assert data[:9] == PAYLOAD[:9]


def test_what_is_no_base64_is_told_and_the_next_file_handed_on():
    told = told_of(open_coded, b"begin-base64 644 a\nQ2F0\n=Q2F\n====\n" + uuencoded(b"b"))
    assert (told.gaps, told.members) == ([Unscannable.CORRUPT], [("a.exe", b"b")])


@pytest.mark.parametrize(
    "around",
    [
        b"base64 -d <<EOF > f\n%sEOF\n",
        b"base64 -d <<-'EOF' > f\n\t%s\tEOF\n",
        b"certutil -decode %%0 f\r\n-----BEGIN CERTIFICATE-----\r\n%s-----END CERTIFICATE-----\r\n",
        b"-----BEGIN CERTIFICATE-----\n%s",
        b"tail -n +3 $0 | base64 -d | zcat | sh; exit\n%s",
        b"tail -n +3 $0 | base64 -d | zcat | sh; exit\n\n%s\nmore\n",
    ],
)
def test_base64_in_a_script_or_in_place_of_a_certificate_is_decoded(around):
    content = b"@rem\n" + around % base64.encodebytes(PAYLOAD)
    assert told_of(open_coded, content) == Record(members=[("file", PAYLOAD)])


def test_tabs_before_the_lines_of_a_shar_do_not_count_where_it_says_so():
    told = told_of(open_coded, b"sed 's/^X//' <<-END > f\n\tXecho\n\t\tXX\n\tEND\n")
    assert told.members == [("file", b"echo\nX\n")]


def test_a_mail_or_an_archive_is_left_to_its_own_opener():
    mail = b"From: a\nSubject: b\n\n" + uuencoded(PAYLOAD)
    assert [has_coded(source_of(content)) for content in (mail, uuencoded(PAYLOAD), b"hello")] == [False, True, False]


def test_a_file_far_into_a_text_is_seen_wherever_others_have_read_to():
    source = source_of(b"a line of text\n" * 8_000 + uuencoded(PAYLOAD))
    source.file.read()
    assert has_coded(source)


def test_a_text_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(coded, "MAX_SIZE", 100)
    with pytest.raises(TooMuch):
        told_of(open_coded, uuencoded(PAYLOAD))


@given(st.sampled_from([uuencoded(PAYLOAD), b64encoded(PAYLOAD), shar(b"echo\n")]), st.data())
def test_no_damage_leads_to_anything_else_than_a_gap(sound, data):
    content = bytearray(sound)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    survives(open_coded, bytes(content))
