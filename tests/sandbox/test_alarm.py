"""A limit on time for what cannot be told to stop."""

from __future__ import annotations

import signal
import threading

import pytest

from scanner.sandbox import alarm
from scanner.sandbox.alarm import TookTooLong, alarm_after


def without_end() -> None:
    """As a library does that takes every error for damage."""
    number = 0
    while True:
        try:
            number += 1
        except Exception:
            number = 0


def test_what_does_not_end_is_cut_off_whatever_it_catches() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TookTooLong), alarm_after(0.01):
        without_end()
    assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)) == (before, (0.0, 0.0))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_alarm_that_a_destructor_swallows_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "AGAIN", 0.01)

    class Dying:
        def __del__(self) -> None:
            without_end()

    def swallow_and_go_on() -> None:
        Dying()
        without_end()

    with pytest.raises(TookTooLong), alarm_after(0.01):
        swallow_and_go_on()


def test_what_ends_in_time_is_left_alone() -> None:
    with alarm_after(60):
        done = sum(range(10))
    assert (done, signal.getitimer(signal.ITIMER_REAL)) == (45, (0.0, 0.0))


def test_another_thread_has_no_alarm() -> None:
    found: list[int] = []

    def work() -> None:
        with alarm_after(0.001):
            found.append(sum(range(1000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [499500]
