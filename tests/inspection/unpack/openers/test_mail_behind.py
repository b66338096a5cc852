"""Mails behind something else."""

from __future__ import annotations

import pytest

from demo import samples
from scanner.inspection.unpack.openers import mail_behind
from scanner.inspection.unpack.openers.mail_behind import has_mail_behind, open_mail_behind
from scanner.inspection.unpack.opening import TooMuch
from tests.inspection.unpack.openers.recording import source_of, told_of

WEB = (
    b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
    b"--b\nContent-Type: application/x-mso; name=a.mso\nContent-Transfer-Encoding: base64\n\nTVo=\n--b--\n"
)


@pytest.mark.parametrize("before", [samples.pdf("hello") + b"\n", b"%PDF-1.4\n", b"junk\r\n" * 40_000])
def test_a_web_archive_is_opened_whatever_stands_before_it(before: bytes) -> None:
    assert has_mail_behind(source_of(before + WEB))
    assert told_of(open_mail_behind, before + WEB).members == [("a.mso", b"MZ")]


def test_a_mail_an_archive_and_a_text_are_left_to_others() -> None:
    contents = (WEB, samples.zip_of({"a": b"\n" + WEB}), b"hello")
    assert [has_mail_behind(source_of(content)) for content in contents] == [False] * 3
    assert not has_mail_behind(source_of(b"hello\n" + WEB, "a.mht"))


def test_one_larger_than_allowed_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_behind, "MAX_SIZE", 10)
    with pytest.raises(TooMuch):
        told_of(open_mail_behind, b"hello\n" + WEB)
