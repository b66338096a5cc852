"""Real processes that hang, die, eat and lie; the service goes on, and knows what happened."""

import os
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from scanner.sandbox.failure import Deadline, Died, NotStarted, OutOfMemory
from scanner.sandbox.handing_over import in_memory
from scanner.sandbox.limits import Limits
from scanner.sandbox.pool import Sandbox

# Its descriptors, which it would otherwise not see.
LIMITS = Limits(memory=512 * 1024**2, cpu=10, file_size=1024**2, requests=1000, readable=("/proc",))
MODULE = "tests.sandbox.inmate"


@pytest.fixture
def sandbox():
    made = Sandbox(MODULE, processes=1, limits=LIMITS, arguments=["one", "two"])
    yield made
    made.close()


@pytest.fixture
def sandbox_of():
    made = []

    def make(processes: int = 1, **limits) -> Sandbox:
        made.append(Sandbox(MODULE, processes=processes, limits=replace(LIMITS, **limits)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def process_of(sandbox: Sandbox) -> int:
    return int(str(sandbox.ask({"act": "echo", "say": ""})["process"]))


def test_a_question_is_answered_by_a_process_that_is_not_ours(sandbox):
    answer = sandbox.ask({"act": "echo", "say": "ä\0\n"})

    assert answer["said"] == "ä\0\n"
    assert answer["arguments"] == ["one", "two"]
    assert answer["process"] != os.getpid()


def test_descriptors_arrive_and_are_closed_after_each_request(sandbox):
    before = sandbox.ask({"act": "open_descriptors"})
    with in_memory(b"first") as first, in_memory(b"second") as second:
        answer = sandbox.ask({"act": "read"}, [first, second])

    assert answer == {"content": ["first", "second"]}
    assert sandbox.ask({"act": "open_descriptors"}) == before


def test_a_message_of_megabytes_passes_both_ways(sandbox):
    text = "x" * 5_000_000

    assert sandbox.ask({"act": "echo", "say": text})["said"] == text


def test_the_process_has_nothing_of_our_environment_input_or_folder(sandbox, monkeypatch):
    monkeypatch.setenv("A_SECRET", "x")

    assert sandbox.ask({"act": "environment"}) == {
        "names": ["LC_ALL", "MALLOC_ARENA_MAX", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"],
        "folder": "/",
        "input": "",
    }


def test_the_process_has_a_session_of_its_own_and_leaves_no_core(sandbox):
    assert sandbox.ask({"act": "session"}) == {"leads": True, "core": [0, 0]}


def test_the_same_process_answers_until_it_has_answered_enough(sandbox_of):
    sandbox = sandbox_of(requests=3)

    processes = [process_of(sandbox) for _ in range(7)]

    assert [processes.count(each) for each in dict.fromkeys(processes)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("act", "failure", "words"),
    [
        ("hang", Deadline, "no answer in 0.5 s"),
        ("eat", OutOfMemory, "not enough memory"),
        ("rust_memory", OutOfMemory, "memory allocation of 99 bytes failed"),
        ("fail", Died, "ended with status 1:  met[2J here"),
        ("crash", Died, "killed by SIGSEGV"),
        ("exit", Died, "ended with status 7"),
    ],
)
def test_a_process_that_fails_is_named_killed_and_replaced(sandbox, act, failure, words):
    lost = process_of(sandbox)

    with pytest.raises(failure) as raised:
        sandbox.ask({"act": act}, deadline=0.5 if act == "hang" else 20)

    assert words in str(raised.value)
    assert not psutil.pid_exists(lost)
    assert process_of(sandbox) != lost


def test_cpu_time_ends_a_process_before_its_deadline(sandbox_of):
    with pytest.raises(Deadline, match="CPU"):
        sandbox_of(cpu=1).ask({"act": "spin"}, deadline=30)


def test_cpu_time_is_counted_for_each_request_alone(sandbox_of):
    sandbox = sandbox_of(cpu=1, requests=10**6)
    begin, process = time.monotonic(), process_of(sandbox)
    while time.monotonic() - begin < 3:
        assert process_of(sandbox) == process


def test_a_file_cannot_grow_beyond_its_limit(sandbox):
    with tempfile.TemporaryFile() as file:
        with pytest.raises(Died, match=r"File too large"):
            sandbox.ask({"act": "write", "pieces": 3, "piece": 512 * 1024}, [file.fileno()])

        assert os.fstat(file.fileno()).st_size == 1024**2


@pytest.mark.parametrize(
    "lie",
    [
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02[]",
        b"\0\0\0\x02{}",
        b"\0\0\0\x01{",
        b"\0\0\x27\x10" + b"[" * 10_000,
        b'\0\0\0\x0d{"answer": 1}',
    ],
)
def test_an_answer_that_is_none_is_refused(sandbox, lie):
    with pytest.raises(Died):
        sandbox.ask({"act": "lie", "bytes": list(lie)}, deadline=20)


def test_half_an_answer_lasts_no_longer_than_the_deadline(sandbox):
    with pytest.raises(Deadline):
        sandbox.ask({"act": "lie", "bytes": [0, 0, 1, 0, 123]}, deadline=0.5)


def test_no_process_can_be_started_and_where_one_can_it_dies_with_its_maker(sandbox):
    child = sandbox.ask({"act": "leave_child"})["child"]
    assert (child is None) is (sandbox.confinement().calls == "")
    if child is None:
        return

    with pytest.raises(Deadline):  # the child holds the connection open
        sandbox.ask({"act": "exit"}, deadline=0.5)

    assert gone(child)


def gone(process: int) -> bool:
    """Or a zombie: some parent has yet to collect it."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_threads_are_served_at_once_each_by_its_own_process(sandbox_of):
    sandbox = sandbox_of(processes=2)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: sandbox.ask({"act": "echo", "say": n}), range(40)))

    assert [answer["said"] for answer in answers] == list(range(40))
    assert 1 <= len({answer["process"] for answer in answers}) <= 2


def test_a_process_outlives_the_thread_that_asked_first(sandbox):
    first = []
    thread = threading.Thread(target=lambda: first.append(process_of(sandbox)))
    thread.start()
    thread.join()

    assert process_of(sandbox) == first[0]


def test_a_process_that_died_unasked_is_replaced_without_a_word(sandbox):
    process = process_of(sandbox)
    os.kill(process, 9)
    assert gone(process)

    assert process_of(sandbox) != process


def test_closing_ends_every_process_and_every_question(sandbox_of):
    sandbox = sandbox_of(processes=2)
    process = process_of(sandbox)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(sandbox.ask, {"act": "hang"}, (), 60)
        time.sleep(0.3)
        sandbox.close()
        with pytest.raises(Died):
            waiting.result(10)

    assert not psutil.pid_exists(process)
    with pytest.raises(NotStarted):
        sandbox.ask({"act": "echo", "say": ""})


def test_a_module_that_cannot_start_is_told_with_its_last_words():
    sandbox = Sandbox("tests.sandbox.no_such_module", processes=1, limits=LIMITS)

    with pytest.raises(NotStarted, match=r"No module named tests\.sandbox\.no_such_module"):
        sandbox.ask({})
    sandbox.close()


def test_a_process_says_whether_it_could_leave_the_network_and_then_has_none(sandbox):
    confinement = sandbox.confinement()
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = sandbox.ask({"act": "connect", "port": server.getsockname()[1]})

    assert (answer["error"] != "") is (confinement.network == "")


def test_how_well_processes_are_shut_in_is_told_once():
    told = []
    sandbox = Sandbox(MODULE, processes=2, limits=replace(LIMITS, requests=1), on_confined=told.append)
    for number in range(3):
        sandbox.ask({"act": "echo", "say": number})
    confinement = sandbox.confinement()
    sandbox.close()

    assert told == [confinement]
