"""A clamd that is absent, starting, killed, frozen or reloading; each a real one, of the test's own."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.files.spool import SpooledContent
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_hand_over import HandOver
from scanner.model import ContentFacts, Unchecked
from tests.clamd import StartClamd, free_port, settings_for
from tests.contents import Spooled
from tests.inspection import EICAR, MIB, PLAIN_NAME, looked, slow


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.sock", "tcp:127.0.0.1:{port}", "tcp:[::1]:{port}"])
def test_an_absent_clamd_is_down(spooled: Spooled, address: str) -> None:
    engine = Clamd(settings_for(address.format(port=free_port())))

    gap = engine.ready()

    assert gap is not None
    assert gap.reason is Unchecked.ENGINE_DOWN
    assert looked(engine, spooled(EICAR)) == ((), Unchecked.ENGINE_DOWN)


def test_a_clamd_that_is_not_ready_yet_is_used_as_soon_as_it_is(new_clamd: StartClamd, spooled: Spooled) -> None:
    own = new_clamd()
    engine = Clamd(settings_for(own.address))
    assert engine.ready() is not None

    with own:
        while engine.ready() is not None:
            time.sleep(0.05)
        assert looked(engine, spooled(EICAR)) == ((PLAIN_NAME,), None)


def kill(own: PrivateClamd) -> None:
    assert own.process is not None
    own.process.kill()
    own.process.wait()


@dataclass
class Disturbed:
    """A content whose reading disturbs clamd after its first piece."""

    content: SpooledContent
    disturb: Callable[[], None]

    @property
    def facts(self) -> ContentFacts:
        return self.content.facts

    @property
    def head(self) -> bytes:
        return self.content.head

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for number, chunk in enumerate(self.content.chunks(start)):
            if number == 1:
                self.disturb()
            yield chunk

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content.read_at(offset, length)


def test_a_clamd_killed_while_it_receives_is_an_interruption(new_clamd: StartClamd, spooled: Spooled) -> None:
    with new_clamd() as own:
        content = Disturbed(spooled(bytes(MIB)), lambda: kill(own))

        assert looked(Clamd(settings_for(own.address)), content) == ((), Unchecked.INTERRUPTED)


@pytest.mark.parametrize("handed", [False, True], ids=["stream", "descriptor"])
@pytest.mark.parametrize("order", [signal.SIGKILL, signal.SIGTERM])
def test_a_clamd_that_ends_while_it_scans_is_an_interruption(
    new_clamd: StartClamd, spooled: Spooled, tmp_path: Path, order: signal.Signals, handed: bool
) -> None:
    content = spooled(slow())
    with new_clamd() as own:
        assert own.process is not None
        results: list[object] = []
        hand_over = HandOver(tmp_path, smallest=0) if handed else None
        engine = Clamd(settings_for(own.address), hand_over=hand_over)
        if handed:
            assert looked(engine, spooled(EICAR)) == ((PLAIN_NAME,), None)
        scan = threading.Thread(target=lambda: results.append(looked(engine, content)))
        scan.start()
        # Unpacked members stand below the spooled stream: then the scan has begun.
        while not any(path.is_dir() for path in (own.folder / "tmp").iterdir()):
            time.sleep(0.005)
        own.process.send_signal(order)
        scan.join(20)

    assert results == [((), Unchecked.INTERRUPTED)]


def test_a_scan_may_take_longer_than_clamd_waits_for_commands(new_clamd: StartClamd, spooled: Spooled) -> None:
    with new_clamd(IdleTimeout="1", CommandReadTimeout="1") as own:
        assert looked(Clamd(settings_for(own.address)), spooled(slow())) == ((), None)


@pytest.mark.parametrize("data", [EICAR, bytes(8 * MIB)], ids=["waits for the reply", "cannot send"])
def test_a_frozen_clamd_is_given_up_after_the_timeout_once(
    new_clamd: StartClamd, spooled: Spooled, data: bytes
) -> None:
    with new_clamd() as own:
        assert own.process is not None
        engine = Clamd(settings_for(own.address, scan_timeout="1s"))
        assert engine.ready() is None
        own.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()

        assert looked(engine, spooled(data)) == ((), Unchecked.ENGINE_TIMEOUT)

        assert 1 <= time.monotonic() - began < 3
        own.process.send_signal(signal.SIGCONT)


def test_a_frozen_clamd_is_not_ready_and_that_is_known_soon(new_clamd: StartClamd) -> None:
    with new_clamd() as own:
        assert own.process is not None
        own.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        gaps = [engine.ready() for engine in [Clamd(settings_for(own.address))] * 3]
        own.process.send_signal(signal.SIGCONT)

    assert [gap.reason for gap in gaps if gap] == [Unchecked.ENGINE_DOWN] * 3
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("concurrent", ["yes", "no"])
def test_scans_during_a_reload_are_whole(new_clamd: StartClamd, spooled: Spooled, concurrent: str) -> None:
    with new_clamd(ConcurrentDatabaseReload=concurrent) as own:
        engine = Clamd(settings_for(own.address))
        answers = []
        for round_ in range(3):
            with socket.socket(socket.AF_UNIX) as control:
                control.connect(str(own.socket_path))
                control.sendall(b"zRELOAD\0")
                assert control.recv(64) == b"RELOADING\0"
            answers += [looked(engine, spooled(b"clean %d" % round_)), looked(engine, spooled(EICAR))]

    assert answers == [((), None), ((PLAIN_NAME,), None)] * 3
