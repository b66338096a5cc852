"""Large contents by descriptor: only to a clamd that has shown what it says of them, and by stream to any other."""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_connection import connector
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamd_session import Found, scan_descriptor
from scanner.model import Unchecked, Unscannable
from tests.clamd import StartClamd, settings_for
from tests.contents import Spooled
from tests.inspection import EICAR, MIB, PLAIN_NAME, looked
from tests.relay import relay

LARGE = EICAR + bytes(2 * MIB)
"""The sample's signature is one for the start of a file."""


def handing(address: str, folder: Path, told: list[str], **settings: object) -> Clamd:
    hand_over = HandOver(folder, lambda _, reason: told.append(reason))
    return Clamd(settings_for(address, **settings), hand_over=hand_over)


@contextmanager
def passing_on_bytes_alone(clamd: PrivateClamd, folder: Path) -> Iterator[str]:
    """A Unix socket before clamd's, from which it gets all that is sent but descriptors."""

    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(str(clamd.socket_path))
                relay(self.request, there)

    path = str(folder / "proxy.sock")
    with socketserver.ThreadingUnixStreamServer(path, Conversation) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield f"unix:{path}"
        server.shutdown()
        serving.join()


def test_a_large_content_is_handed_over_and_not_streamed(
    new_clamd: StartClamd, spooled: Spooled, tmp_path: Path
) -> None:
    told: list[str] = []
    # A stream of that size would be refused.
    with new_clamd(StreamMaxLength="1M") as own:
        engine = handing(own.address, tmp_path, told)
        answers = [looked(engine, spooled(data)) for data in (LARGE, bytes(2 * MIB), EICAR)]

    assert (answers, told) == ([((PLAIN_NAME,), None), ((), None), ((PLAIN_NAME,), None)], [])


def test_where_the_setting_says_so_it_is_streamed(new_clamd: StartClamd, spooled: Spooled, tmp_path: Path) -> None:
    told: list[str] = []
    with new_clamd(StreamMaxLength="1M") as own:
        engine = handing(own.address, tmp_path, told, hand_over="stream")

        assert looked(engine, spooled(LARGE)) == ((), Unscannable.TOO_LARGE)
    assert told == []


def test_a_clamd_that_passes_over_limits_in_silence_gets_a_stream(
    new_clamd: StartClamd, spooled: Spooled, tmp_path: Path
) -> None:
    """It would say OK for a descriptor above its MaxFileSize, as it stands in the stock settings."""
    told: list[str] = []
    with new_clamd(AlertExceedsMax="no", MaxFileSize="1M", StreamMaxLength="1M") as own:
        engine = handing(own.address, tmp_path, told)
        answers = [looked(engine, spooled(LARGE)) for _ in range(2)]
        with spooled(LARGE).descriptor() as descriptor:
            assert scan_descriptor(lambda: connector(own.address)(5), descriptor, 5).answer is None

    assert answers == [((), Unscannable.TOO_LARGE)] * 2
    assert told == ["AlertExceedsMax is off: the archive nested deep was OK"]


def test_a_clamd_that_gets_no_descriptors_gets_streams(clamd: PrivateClamd, spooled: Spooled, tmp_path: Path) -> None:
    told: list[str] = []
    with passing_on_bytes_alone(clamd, tmp_path) as address:
        engine = handing(address, tmp_path, told)
        answers = [looked(engine, spooled(data)) for data in (LARGE, LARGE, bytes(2 * MIB))]

    assert answers == [((PLAIN_NAME,), None)] * 2 + [((), None)]
    (why,) = told
    assert why.startswith("the known-bad sample, handed over, was not answered: ")
    assert "No file descriptor received" in why


def test_a_folder_that_takes_no_file_leaves_the_stream(clamd: PrivateClamd, spooled: Spooled, tmp_path: Path) -> None:
    told: list[str] = []
    nowhere = tmp_path / "nowhere"
    engine = handing(clamd.address, nowhere, told)

    assert looked(engine, spooled(LARGE)) == ((PLAIN_NAME,), None)
    assert told == [f"{nowhere}: No such file or directory"]


def test_over_tcp_nothing_is_handed_over(clamd_by_tcp: PrivateClamd, spooled: Spooled, tmp_path: Path) -> None:
    told: list[str] = []

    assert looked(handing(clamd_by_tcp.address, tmp_path, told), spooled(LARGE)) == ((PLAIN_NAME,), None)
    assert told == []


@pytest.mark.parametrize("at", [0, 100, 2 * MIB, 9 * MIB])
def test_clamd_reads_from_the_start_wherever_the_descriptor_stands(
    clamd: PrivateClamd, spooled: Spooled, at: int
) -> None:
    content = spooled(LARGE)
    with content.descriptor() as descriptor:
        os.lseek(descriptor, at, os.SEEK_SET)
        answer = scan_descriptor(lambda: connector(clamd.address)(5), descriptor, 5).answer

    assert answer == Found(PLAIN_NAME)
    assert b"".join(content.chunks()) == LARGE


def test_a_scan_by_descriptor_that_fails_is_no_ok_and_the_next_begins_with_a_trial(
    new_clamd: StartClamd, spooled: Spooled, tmp_path: Path
) -> None:
    told: list[str] = []
    with new_clamd() as own:
        assert own.process is not None
        engine = handing(own.address, tmp_path, told, scan_timeout="1s")
        assert looked(engine, spooled(LARGE)) == ((PLAIN_NAME,), None)
        own.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()

        assert looked(engine, spooled(LARGE)) == ((), Unchecked.ENGINE_TIMEOUT)

        assert 1 <= time.monotonic() - began < 3
        own.process.send_signal(signal.SIGCONT)
        assert looked(engine, spooled(LARGE)) == ((PLAIN_NAME,), None)
    assert told == []
