import pytest

from scanner.errors import CloudUnavailable, EngineUnavailable, Throttled, TokenRefused
from scanner.model import EntryId, FileVersion, Gap, GroupId, Lane, Run, RunToken, Unchecked, Unscannable
from scanner.pipeline.patience import PATIENCE, gap_of, is_last_attempt, wait_before_next, wait_for

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt")


def run(attempts=1, starts=1):
    return Run(RunToken("t"), VERSION, Lane.LIVE, starts=starts, attempts=attempts)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Throttled("over", 1.0, "qps"), Unchecked.THROTTLED),
        (CloudUnavailable("cut"), Unchecked.CLOUD_UNAVAILABLE),
        (TokenRefused("401"), Unchecked.CLOUD_UNAVAILABLE),
        (EngineUnavailable("no answer"), Unchecked.ENGINE_DOWN),
    ],
)
def test_what_could_not_be_asked_is_the_reason_for_waiting(error, reason):
    assert gap_of(error) == Gap(reason, str(error))


@pytest.mark.parametrize(
    ("reason", "attempts", "last"),
    [
        (Unchecked.ENGINE_DOWN, 99, False),
        (Unchecked.CLOUD_UNAVAILABLE, 99, False),
        (Unchecked.THROTTLED, 99, False),
        (Unchecked.SPOOL_UNAVAILABLE, 99, False),
        (Unchecked.ACCESS_REFUSED, 1, True),
        (Unchecked.CHECKSUM_MISMATCH, 1, False),
        (Unchecked.CHECKSUM_MISMATCH, 2, True),
        (Unchecked.INTERRUPTED, 4, False),
        (Unchecked.INTERRUPTED, 5, True),
        (Unchecked.ENGINE_TIMEOUT, 5, True),
        (Unchecked.DOWNLOAD_BROKEN, 5, True),
    ],
)
def test_only_reasons_about_the_file_use_up_its_attempts(reason, attempts, last):
    assert is_last_attempt(run(attempts), Gap(reason), max_attempts=5) is last


def test_each_wait_is_twice_the_last_up_to_five_minutes():
    assert [wait_before_next(run(starts=starts)) for starts in (1, 2, 3, 8, 9, 100)] == [2, 4, 8, 256, 300, 300]


def test_every_reason_has_its_patience_and_what_costs_most_is_asked_least():
    assert set(PATIENCE) == set(Unchecked)
    waits = {
        reason: [wait_for(run(number, number), Gap(reason), poll=0.0) for number in (1, 2, 4, 5, 99)]
        for reason in (Unchecked.ENGINE_DOWN, Unchecked.ENGINE_ERROR, Unchecked.ENGINE_TIMEOUT)
    }
    assert waits == {
        Unchecked.ENGINE_DOWN: [2, 4, 16, 32, 60],
        Unchecked.ENGINE_ERROR: [2, 4, 16, 32, 300],
        Unchecked.ENGINE_TIMEOUT: [2, 8, 128, 512, 900],
    }


def test_what_says_nothing_about_the_file_makes_no_wait_for_what_does_longer():
    outage = run(attempts=1, starts=9)
    assert [
        wait_for(outage, Gap(reason), poll=0.0) for reason in (Unchecked.DOWNLOAD_BROKEN, Unchecked.ENGINE_DOWN)
    ] == [
        2,
        60,
    ]


def test_a_gap_of_the_contents_own_waits_like_any_other():
    assert wait_for(run(attempts=2), Gap(Unscannable.FORMAT), poll=0.0) == 4


def test_only_what_the_feed_has_to_tell_waits_for_the_next_poll():
    gaps = [Gap(Unchecked.NOT_FOUND), Gap(Unchecked.INTERRUPTED)]
    assert [wait_for(run(attempts=2), gap, poll=60.0) for gap in gaps] == [60, 4]
    assert wait_for(run(attempts=6), gaps[0], poll=60.0) == 64
