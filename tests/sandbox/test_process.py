"""One process, from its start to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psutil
import pytest

from scanner.sandbox.failure import Deadline, Died, NotStarted
from scanner.sandbox.limits import Limits
from scanner.sandbox.process import Process

LIMITS = Limits(memory=512 * 1024**2, cpu=10, file_size=1024**2)
MODULE = "tests.sandbox.inmate"
ECHO: dict[str, object] = {"act": "echo", "say": "hello"}


@pytest.fixture
def process() -> Iterator[Process]:
    made = Process(MODULE, [])
    made.greet(LIMITS)
    yield made
    made.close()


def test_it_answers_and_counts_its_answers(process):
    said = [process.ask(ECHO, [], 20)["said"] for _ in range(3)]

    assert (said, process.answers, process.alive) == (["hello"] * 3, 3, True)


def test_a_question_that_was_not_answered_in_time_ends_it(process):
    with pytest.raises(Deadline, match=r"no answer in 0\.2 s"):
        process.ask({"act": "hang"}, [], 0.2)

    assert not process.alive
    with pytest.raises(Died):
        process.ask(ECHO, [], 20)


def test_killing_from_another_thread_ends_the_question_at_once(process):
    timer = threading.Timer(0.2, process.kill)
    timer.start()
    with pytest.raises(Died, match="killed by SIGKILL"):
        process.ask({"act": "hang"}, [], 60)
    timer.join()


def test_killing_and_closing_twice_does_no_harm(process):
    before = psutil.Process().num_fds()
    process.kill()
    process.kill()
    process.close()
    process.close()

    assert not process.alive
    assert psutil.Process().num_fds() == before - 2


def test_its_last_words_are_one_line_that_cannot_write_to_a_terminal(process):
    with pytest.raises(Died) as raised:
        process.ask({"act": "fail"}, [], 20)

    assert str(raised.value) == "ended with status 1:  met[2J here"


def test_a_module_that_is_not_there_never_stands():
    process = Process("tests.sandbox.nowhere", [])

    with pytest.raises(NotStarted, match="No module named"):
        process.greet(LIMITS)
    assert not process.alive
    process.close()


def test_a_module_that_speaks_another_language_never_stands():
    process = Process("this", [])  # prints a poem, and ends

    with pytest.raises(NotStarted, match="this: ended with status 0"):
        process.greet(LIMITS)
    process.close()
