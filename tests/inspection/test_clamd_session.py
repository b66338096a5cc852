from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.clamd_session import DESCRIPTOR, Answer, Found, Replies, answer_to, sorted_out
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


ONE, OTHER = "ClamAV 1.4.3/27800/Mon Nov 30 09:26:22 2026", "ClamAV 1.4.3/27801/Mon Nov 30 10:26:22 2026"
BEFORE, BEHIND, LATER = f"1: {ONE}\0".encode(), f"3: {ONE}\0".encode(), f"3: {OTHER}\0".encode()


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ((BEFORE, b"2: ", OK, BEHIND), Replies(OK, (ONE,))),
        ((BEFORE, b"2: ", OK, LATER), Replies(OK, (ONE, OTHER))),
        ((b"2: ", OK, BEHIND, BEFORE), Replies(OK, (ONE,))),
        ((BEFORE, b"2: ", OK), Replies(OK, ())),
        ((b"2: ", OK, BEHIND), Replies(OK, ())),
        ((BEFORE, b"2: ", OK, b"3: ClamAV 0.103.12\0"), Replies(OK, ())),
        ((BEFORE, b"2: ", OK, b"3: \0"), Replies(OK, ())),
        ((BEFORE,), Replies(b"", ())),
        ((), Replies(b"", ())),
        ((BEFORE, b"2: stream: O"), Replies(b"stream: O", ())),
        ((BEFORE, b"2: A ERROR\0", b"2: ", OK, BEHIND), Replies(b"A ERROR\0" + OK, (ONE,))),
        ((BEFORE, b"2: ", OK, BEHIND, BEHIND), Replies(OK + BEHIND, (ONE,))),
        ((BEFORE, b"2: ", OK, BEHIND, b"4: PONG\0"), Replies(OK + b"4: PONG\0", (ONE,))),
        ((BEFORE, b"2: ", OK, BEHIND, b"COMMAND READ TIMED OUT\n"), Replies(OK + b"COMMAND READ TIMED OUT\n", (ONE,))),
    ],
)
def test_the_replies_of_a_session_are_told_apart(replies: tuple[bytes, ...], expected: Replies) -> None:
    assert sorted_out(b"".join(replies)) == expected


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_nothing_else_in_a_session_passes_for_an_ok(before: bytes, behind: bytes) -> None:
    replies = sorted_out(BEFORE + before + b"2: " + OK + behind + BEHIND)

    assert (replies.scan == OK) == (before + behind == b"")
