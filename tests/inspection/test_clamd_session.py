from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.clamd_session import DESCRIPTOR, Answer, Found, answer_to
from scanner.model import Gap, Unchecked, Unscannable

OK = b"stream: OK\0"


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (OK, None),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", Found("Win.Test.EICAR_HDB-1")),
        (b"stream: Heuristics.Phishing.Email.SpoofedDomain FOUND\0", Found("Heuristics.Phishing.Email.SpoofedDomain")),
        (b"stream: N\xc3\xa4me FOUND\0", Found("Näme")),
        (b"stream: Heuristics.Encrypted.Zip FOUND\0", Gap(Unscannable.ENCRYPTED, "Heuristics.Encrypted.Zip")),
        (b"stream: Heuristics.Broken.Media.PNG FOUND\0", Gap(Unscannable.CORRUPT, "Heuristics.Broken.Media.PNG")),
        (
            b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0",
            Gap(Unscannable.SCAN_TIME, "Heuristics.Limits.Exceeded.MaxScanTime"),
        ),
        (
            b"stream: Heuristics.Limits.Exceeded.MaxFiles FOUND\0",
            Gap(Unscannable.LIMITS, "Heuristics.Limits.Exceeded.MaxFiles"),
        ),
        (b"stream: Heuristics.Limits.Exceeded FOUND\0", Gap(Unscannable.LIMITS, "Heuristics.Limits.Exceeded")),
        (
            b"INSTREAM size limit exceeded. ERROR\0",
            Gap(Unscannable.TOO_LARGE, "clamd's StreamMaxLength is below clamav.max_stream"),
        ),
        (b"stream: Can't write to file ERROR\0", Gap(Unchecked.ENGINE_ERROR, "Can't write to file")),
        (b"", Gap(Unchecked.INTERRUPTED, "clamd closed the connection without a reply")),
    ],
)
def test_each_reply_of_the_protocol_has_one_meaning(reply: bytes, answer: Answer) -> None:
    assert answer_to(reply) == answer


@pytest.mark.parametrize(
    "reply",
    [
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK\0\0",
        b"stream: OK\0stream: OK\0",
        b"stream: A FOUND\0stream: B FOUND\0",
        b"Error writing to temporary file ERROR\0stream: OK\0",
        b"stream: OK\0stream: A FOUND\0",
        b" stream: OK\0",
        b"1: stream: OK\0",
        b"fd[11]: OK\0",
        b"stream: ok\0",
        b"stream:  FOUND\0",
        b"stream: FOUND\0",
        b"COMMAND READ TIMED OUT\n",
        b"UNKNOWN COMMAND\0",
        b"PONG\0",
        b"\0",
    ],
)
def test_anything_else_was_not_a_scan(reply: bytes) -> None:
    gap = answer_to(reply)

    assert isinstance(gap, Gap)
    assert gap.reason is Unchecked.ENGINE_ERROR


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (b"fd[11]: OK\0", None),
        (b"fd[7]: Win.Test.EICAR_HDB-1 FOUND\0", Found("Win.Test.EICAR_HDB-1")),
        (
            b"fd[11]: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
            Gap(Unscannable.LIMITS, "Heuristics.Limits.Exceeded.MaxFileSize"),
        ),
        (b"fd[11]: Not a regular file ERROR\0", Gap(Unchecked.ENGINE_ERROR, "Not a regular file")),
        (b"", Gap(Unchecked.INTERRUPTED, "clamd closed the connection without a reply")),
    ],
)
def test_a_descriptor_is_answered_by_a_number_of_clamds_own(reply: bytes, answer: Answer) -> None:
    assert answer_to(reply, DESCRIPTOR) == answer


@pytest.mark.parametrize(
    "reply",
    [OK, b"fd[]: OK\0", b"fd[-1]: OK\0", b"fd[11]: OK", b"fd[11]: OK\0fd[11]: OK\0", b"COMMAND READ TIMED OUT\n"],
)
def test_a_descriptor_is_clean_by_no_other_reply(reply: bytes) -> None:
    gap = answer_to(reply, DESCRIPTOR)

    assert isinstance(gap, Gap)
    assert gap.reason is Unchecked.ENGINE_ERROR


@given(st.binary(max_size=60) | st.tuples(st.binary(max_size=4), st.just(OK), st.binary(max_size=4)).map(b"".join))
def test_only_the_one_exact_reply_is_clean(reply: bytes) -> None:
    assert (answer_to(reply) is None) == (reply == OK)


@given(st.binary(max_size=60))
def test_a_name_is_only_read_from_one_whole_reply(name: bytes) -> None:
    answer = answer_to(b"stream: " + name + b" FOUND\0")

    if isinstance(answer, Found):
        assert b"\0" not in name
        assert answer.name
