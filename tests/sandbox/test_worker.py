"""The inside of a process, spoken to over a bare connection."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import pytest

from scanner.sandbox.framing import receive, send
from scanner.sandbox.limits import Limits

LIMITS: dict[str, object] = asdict(Limits(memory=512 * 1024**2, cpu=10, file_size=1024**2))


@contextmanager
def started() -> Iterator[tuple[socket.socket, subprocess.Popen[bytes]]]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.sandbox.inmate"], stdin=theirs.fileno(), stderr=subprocess.DEVNULL
            )
        try:
            yield ours, child
        finally:
            child.kill()
            child.wait()


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with started() as (ours, _):
        send(ours, LIMITS)
        assert receive(ours) is not None
        yield ours


def test_it_first_says_how_well_it_is_shut_in():
    with started() as (ours, _):
        send(ours, LIMITS)

        assert set(receive(ours) or {}) == {"network", "files", "calls"}


def test_it_answers_one_request_after_the_other(connection):
    for number in range(3):
        send(connection, {"act": "echo", "say": number})

    assert [receive(connection)["answer"]["said"] for _ in range(3)] == [0, 1, 2]


def test_it_ends_in_good_order_when_the_service_closes_the_connection():
    with started() as (ours, child):
        send(ours, LIMITS)
        receive(ours)
        ours.close()

        assert child.wait(30) == 0


def test_it_ends_in_good_order_when_the_service_has_gone_before_it_stood():
    with started() as (ours, child):
        ours.close()

        assert child.wait(30) == 0


def test_its_standard_input_is_not_the_connection(connection):
    send(connection, {"act": "environment"})

    assert receive(connection)["answer"]["input"] == ""


def test_want_of_memory_is_told_before_it_ends(connection):
    send(connection, {"act": "eat"})

    assert receive(connection) == {"failure": "memory"}
    assert receive(connection) is None


def test_any_other_exception_ends_it_without_an_answer(connection):
    send(connection, {"act": "fail"})

    assert receive(connection) is None


def test_descriptors_are_closed_after_the_request(connection):
    for _ in range(200):  # more than it may have open
        read, write = os.pipe()
        send(connection, {"act": "echo", "say": ""}, [write])
        os.close(write)
        receive(connection)

        assert os.read(read, 1) == b""
        os.close(read)
