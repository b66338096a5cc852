"""Mails, read by the standard library."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from scanner.files.kind import mime_of
from scanner.rulebook.samples.mails import eml_of

FILES = {"größe.bin": bytes(range(256)), "a.txt": b""}


def test_subject_text_and_attachments_come_out_as_they_were() -> None:
    mail = eml_of("Größe", "Hello\n", FILES)
    read = message_from_bytes(mail, policy=default)
    assert isinstance(read, EmailMessage)
    body = read.get_body()
    assert body is not None
    assert (read["Subject"], body.get_content(), mime_of(mail)) == ("Größe", "Hello\r\n", "message/rfc822")
    assert {one.get_filename(): one.get_content() for one in read.iter_attachments()} == FILES


def test_a_mail_in_a_mail_keeps_its_own_border() -> None:
    inner = eml_of("in", "", FILES)
    (attached,) = message_from_bytes(eml_of("out", "", {"in.eml": inner}), policy=default).iter_attachments()
    assert attached.get_content() == inner
