"""Mails."""

from __future__ import annotations

import base64
import binascii
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import mail as opener
from scanner.inspection.unpack.openers.coded import open_coded
from scanner.inspection.unpack.openers.mail import open_mail
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, survives, told_of


def mail(subject: str = "Grüße", text: str = "Hello, wörld", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "a@example.org"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def with_file(message: EmailMessage, name: str, content: bytes) -> EmailMessage:
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_of_a_plain_mail_subject_and_text_are_told():
    assert told_of(open_mail, bytes(mail())) == Record(texts=["Subject: Grüße\n", "Hello, wörld\n\n"])


def test_of_a_page_its_text_is_told_and_it_is_no_attachment():
    told = told_of(open_mail, bytes(mail(html="<style>p{}</style><p>Hello <b>there</b>")))

    assert (told.texts[2].split(), told.members) == (["Hello", "there"], [])


@pytest.mark.parametrize("name", ["run.exe", "größe.exe", "a" * 200 + ".exe", "../../etc/passwd"])
def test_an_attachment_is_handed_on_decoded_under_its_name(name):
    content = bytes(range(256)) * 10

    assert told_of(open_mail, bytes(with_file(mail(), name, content))).members == [(name, content)]


def test_a_name_in_encoded_words_is_decoded():
    raw = b'Content-Type: application/x; name="=?utf-8?B?' + base64.b64encode("ü.exe".encode()) + b'?="\n\nMZ'

    assert told_of(open_mail, raw).members == [("ü.exe", b"MZ")]


def test_a_text_with_a_name_is_an_attachment_and_a_part_without_one_gets_one():
    message = mail()
    message.add_attachment("<html>", subtype="html", filename="page.html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png")

    assert told_of(open_mail, bytes(message)).members == [("page.html", b"<html>\n"), ("part3", b"\x89PNG")]


def test_a_mail_inside_a_mail_is_handed_on_whole():
    outer = mail()
    outer.add_attachment(with_file(mail("inner"), "run.exe", b"MZ"))

    ((name, inner),) = told_of(open_mail, bytes(outer)).members

    assert name == "part2.eml"
    assert told_of(open_mail, inner).members == [("run.exe", b"MZ")]


def test_a_mail_inside_a_mail_that_is_encoded_though_it_must_not_be_is_decoded():
    inner = base64.encodebytes(bytes(with_file(mail("inner"), "run.exe", b"MZ")))
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + inner

    ((_, content),) = told_of(open_mail, raw).members

    assert told_of(open_mail, content).members == [("run.exe", b"MZ")]


def test_a_file_between_the_lines_of_a_text_is_handed_on():
    lines = b"".join(binascii.b2a_uu(b"MZ" * 20) for _ in range(3))
    raw = b"Subject: a\n\nsee below\nbegin 644 run.exe\n" + lines + b"`\nend\nbegin 644 b.exe\n" + lines + b"end\n"

    assert told_of(open_mail, raw).members == [("run.exe", b"MZ" * 60), ("b.exe", b"MZ" * 60)]


def test_files_between_the_lines_are_decoded_by_one_decoder_wherever_they_stand():
    """GNU's uuencode leaves bits in the last letters of a line, for which a stricter decoder dropped the line."""
    gnu = b"begin 644 a.exe\n" + b"#37JB\n" + b'"35KJ\n' + b"`\nend\n"
    coded = base64.encodebytes(b"hello\n" + gnu)
    raw = b"Subject: a\nContent-Transfer-Encoding: base64\n\n" + coded

    assert told_of(open_mail, b"Subject: a\n\n" + gnu).members == told_of(open_coded, gnu).members
    assert told_of(open_mail, raw).members == told_of(open_coded, gnu).members


def test_a_part_by_uuencode_is_handed_on_decoded_and_once():
    lines = b"begin 644 a.exe\n" + binascii.b2a_uu(b"MZ") + b"`\nend\n"

    assert told_of(open_mail, part(b"Content-Transfer-Encoding: x-uuencode\n", lines)).members == [("a.exe", b"MZ")]


def test_what_has_no_fields_is_no_part_of_itself():
    assert told_of(open_mail, b"he\0lo\n", name="a.eml").members == []


def test_a_mail_of_wide_letters_is_handed_on_in_narrow_ones():
    content = "From: a\nSubject: ü\n\nhello\n"

    members = told_of(open_mail, content.encode("utf-16"), name="a.eml").members
    assert members == [("wide.eml", ("\ufeff" + content).encode())]


def test_a_body_with_lines_of_base64_that_a_script_decodes_is_handed_on():
    body = b"tail -n +9 $0 | base64 -d | sh; exit\n" + base64.encodebytes(bytes(99))
    told = told_of(open_mail, b"From: a\nSubject: b\n\n" + body)
    assert told.members == [("part1", body)]


def test_a_shar_in_an_encoded_text_is_opened():
    coded = base64.encodebytes(b"#!/bin/sh\nsed 's/^X//' << 'END' > f\nXecho\nEND\n")
    raw = b"Subject: a\nContent-Transfer-Encoding: base64\n\n" + coded

    assert told_of(open_mail, raw).members == [("file", b"echo\n")]


def part(fields: bytes, body: bytes, kind: bytes = b"application/x; name=a.exe") -> bytes:
    inside = b"Content-Type: %s\n%s\n%s\n" % (kind, fields, body)
    return b'Subject: a\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n%s--b--\n' % inside


CODED = base64.encodebytes(b"MZ" * 60)


@pytest.mark.parametrize(
    "fields",
    [
        b'Content-Transfer-Encoding: "base64" (so)\n',
        b"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n",
    ],
)
def test_where_programs_read_a_part_in_two_ways_both_are_handed_on(fields):
    assert ("a.exe", b"MZ" * 60) in told_of(open_mail, part(fields, CODED)).members
    assert len(told_of(open_mail, part(fields, CODED)).members) == 2


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_of_an_honest_mail_nothing_is_handed_on_twice(ends):
    message = mail(text="Grüße\n-----Original Message-----\nFrom: a\n\n--a\n-- \nAnn  \n", html="<p>Grüße" * 99)
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<a>")
    with_file(message, "a.exe", bytes(999))
    message.add_attachment(with_file(mail("inner"), "b.exe", bytes(99)))

    members = told_of(open_mail, bytes(message).replace(b"\n", ends)).members

    assert [name for name, _ in members] == ["part3", "a.exe", "part5.eml"]


@pytest.mark.parametrize(
    "fields", [b"Content-Transfer-Encoding : base64\n", b"no field\nContent-Transfer-Encoding: base64\n"]
)
def test_a_part_whose_fields_are_damaged_is_handed_on_decoded(fields):
    assert b"MZ" * 60 in [content for _, content in told_of(open_mail, part(fields, CODED)).members]


def test_an_encoded_part_is_found_whatever_its_borders_are():
    raw = part(b"Content-Transfer-Encoding: base64\n", CODED).replace(b'boundary="b"', b'boundary="c"')

    assert told_of(open_mail, raw).members == [("part1", raw.partition(b"\n\n")[2]), ("loose1", b"MZ" * 60)]


def test_parts_that_are_encoded_as_a_whole_are_a_mail_of_their_own():
    inside = base64.encodebytes(b"--b\nContent-Type: application/x; name=a.exe\n\nMZ\n--b--\n")
    raw = b'Content-Type: multipart/mixed; boundary="b"\nContent-Transfer-Encoding: base64\n\n' + inside

    members = told_of(open_mail, raw).members

    assert told_of(open_mail, members[0][1]).members == [("a.exe", b"MZ")]


@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
def test_a_text_is_handed_on_as_well_where_it_is_none_or_clamd_may_read_another(kind):
    field = b"Content-Transfer-Encoding: base64\n"
    assert told_of(open_mail, part(field, base64.b64encode(b"hello"), kind)).members == []
    assert told_of(open_mail, part(field, base64.b64encode(b"he\0lo"), kind)).members == [("part1", b"he\0lo")]
    assert ("2.part1", b"hellohello") in told_of(open_mail, part(field, b"aGVsbG8=aGVsbG8=", kind)).members


def test_a_report_on_a_mail_is_handed_on_without_an_end_to_its_depth():
    report = b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; b\n"
    ((name, content),) = told_of(open_mail, part(b"", report, b"message/delivery-status")).members

    assert (name, content.split()) == ("part1.eml", report.split())
    assert told_of(open_mail, content).members == []


def test_several_mails_in_one_file_are_handed_on_one_by_one():
    one, two = bytes(mail("one")), bytes(mail("two"))

    told = told_of(open_mail, b"From a Thu Jan  1 00:00:00 2026\n" + one + b"\n\nFrom b Thu\n" + two)

    assert [name for name, _ in told.members] == ["mail1.eml", "mail2.eml"]
    assert told_of(open_mail, told.members[1][1]).texts == ["Subject: two\n", "Hello, wörld\n\n"]


def test_a_mailbox_that_is_called_a_mail_is_read_as_one_too():
    raw = b"From a\n" + part(b"Content-Transfer-Encoding: base64\n", CODED.replace(b"T", b"T\n\nFrom b\n", 1))

    assert [name for name, _ in told_of(open_mail, raw).members] == ["mail1.eml", "mail2.eml"]
    assert [name for name, _ in told_of(open_mail, raw, name="a.eml").members] == ["mail1.eml", "mail2.eml", "a.exe"]


def test_a_mail_under_a_key_is_locked():
    raw = b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\n\nsecret'

    told = told_of(open_mail, raw)

    assert (told.locks, told.traits, told.members) == ([("smime.p7m", 6)], {Trait.ENCRYPTED}, [])


def test_a_mail_under_pgp_is_encrypted():
    raw = b'Content-Type: multipart/encrypted; boundary="b"\n\n--b\nContent-Type: application/x\n\nx\n--b--\n'

    assert told_of(open_mail, raw).traits == {Trait.ENCRYPTED}


def nested(levels: int) -> bytes:
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(levels))
    return heads + b"Content-Type: application/x; name=deep.exe\n\nMZ\n"


def test_parts_within_parts_are_followed_so_far_and_no_further():
    assert [name for name, _ in told_of(open_mail, nested(25)).members] == ["deep.exe"]
    assert told_of(open_mail, nested(100)).gaps == [Unscannable.ARCHIVE_DEPTH]


def test_a_mail_of_endless_depth_is_damaged_or_has_a_limit():
    survives(open_mail, nested(5000))


def test_more_parts_than_any_mail_has_are_a_limit():
    raw = b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 2001

    assert told_of(open_mail, raw).gaps == [Unscannable.ARCHIVE_MEMBERS]


def test_a_mail_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(opener, "MAX_SIZE", 10)

    assert told_of(open_mail, bytes(mail())).gaps == [Unscannable.LIMITS]


def _rich() -> bytes:
    outer = with_file(mail(html="<p>Hello"), "größe.exe", b"MZ")
    outer.add_attachment(mail("inner"))
    return bytes(outer)


RICH = _rich()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8))
def test_a_damaged_mail_ends_in_an_answer_or_in_damage(changes):
    content = bytearray(RICH)
    for place, value in changes:
        content[place : place + len(value)] = value

    survives(open_mail, bytes(content))
