"""Messages over a real pair of sockets."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sandbox.framing import (
    LARGEST,
    LENGTH,
    MOST_DESCRIPTORS,
    NotAMessage,
    receive,
    receive_with_descriptors,
    send,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda more: st.lists(more, max_size=5) | st.dictionaries(st.text(), more, max_size=5),
    max_leaves=20,
)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@given(st.lists(st.dictionaries(st.text(), JSON), min_size=1, max_size=3))
def test_messages_arrive_as_they_were_sent_and_in_order(messages):
    one, other = socket.socketpair()
    with one, other:
        for message in messages:
            send(one, message)

        assert [receive(other) for _ in messages] == messages


def test_a_large_message_arrives_whole(ends):
    message = {"text": "ä" * 3_000_000}
    sending = threading.Thread(target=send, args=(ends[0], message))
    sending.start()

    assert receive(ends[1]) == message
    sending.join()


def test_descriptors_arrive_beside_their_message(ends):
    read, write = os.pipe()
    send(ends[0], {"a": 1}, [write])
    received = receive_with_descriptors(ends[1])
    assert received is not None
    message, (theirs,) = received
    os.write(theirs, b"hello")

    assert (message, theirs != write, os.read(read, 10)) == ({"a": 1}, True, b"hello")
    assert not os.get_inheritable(theirs)
    for each in (read, write, theirs):
        os.close(each)


def test_the_service_takes_no_descriptors_from_a_process_that_sends_some(ends):
    before = psutil.Process().num_fds()
    send(ends[0], {"a": 1}, [0] * MOST_DESCRIPTORS)

    assert receive(ends[1]) == {"a": 1}
    assert psutil.Process().num_fds() == before


def test_the_end_of_the_connection_is_no_message_and_no_fault(ends):
    ends[0].close()

    assert receive(ends[1]) is None


def test_the_end_is_seen_by_who_takes_descriptors_as_well(ends):
    ends[0].close()

    assert receive_with_descriptors(ends[1]) is None


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\0", "closed in the middle"),
        (LENGTH.pack(10) + b"{}", "closed in the middle"),
        (LENGTH.pack(LARGEST + 1), "67108865 bytes announced"),
        (LENGTH.pack(0), "not JSON"),
        (LENGTH.pack(2) + b"[]", "not a JSON object"),
        (LENGTH.pack(2) + b"\xff\xff", "not JSON"),
        (LENGTH.pack(100_000) + b"[" * 100_000, "not JSON"),
    ],
)
def test_anything_else_is_refused(ends, raw, what):
    ends[0].sendall(raw)
    ends[0].close()

    with pytest.raises(NotAMessage, match=what):
        receive(ends[1])


def test_waiting_ends_at_the_given_moment(ends):
    ends[0].sendall(LENGTH.pack(100) + b"half of it")

    with pytest.raises(TimeoutError):
        receive(ends[1], until=time.monotonic() + 0.1)
    with pytest.raises(TimeoutError):
        receive(ends[1], until=time.monotonic() - 1)


def test_sending_to_who_does_not_read_ends_at_the_given_moment(ends):
    with pytest.raises(TimeoutError):
        send(ends[0], {"text": "x" * 10_000_000}, until=time.monotonic() + 0.1)


def test_sending_to_who_has_gone_is_an_error_of_the_system(ends):
    ends[1].close()

    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        send(ends[0], {})
