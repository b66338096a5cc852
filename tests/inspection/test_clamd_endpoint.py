"""Who failed gets no scans until it has found a known-bad sample."""

from __future__ import annotations

import signal

import pytest

from scanner.inspection import clamd as clamd_module
from scanner.inspection import clamd_endpoint
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_endpoint import Endpoint, missed
from scanner.inspection.clamd_session import Answer, Found
from scanner.model import Gap, Unchecked
from tests.clamd import StartClamd, settings_for
from tests.inspection import EICAR
from tests.inspection.fake_clamd import fake_clamd

LATE = Gap(Unchecked.ENGINE_TIMEOUT, "no byte of a reply within 1 s")
DOWN = Unchecked.ENGINE_DOWN


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        (Found("Win.Test.EICAR_HDB-1"), None),
        (None, Gap(DOWN, "the known-bad sample was not found: its signatures are not those of ClamAV")),
        (Gap(Unchecked.ENGINE_ERROR, "no space"), Gap(DOWN, "the known-bad sample was not answered: no space")),
    ],
)
def test_only_a_find_proves_a_clamd(answer: Answer, gap: Gap | None) -> None:
    assert missed(answer) == gap


def test_one_that_hung_comes_back_when_it_finds_the_sample_again(new_clamd: StartClamd) -> None:
    told: list[tuple[str, Gap | None]] = []
    own = new_clamd().start()
    assert own.process is not None
    endpoint = Endpoint(Clamd(settings_for(own.address)), lambda *change: told.append(change))
    own.process.send_signal(signal.SIGSTOP)
    endpoint.failed(LATE)

    gap = endpoint.check(now=True)

    assert gap is not None
    assert gap.reason is DOWN
    own.process.send_signal(signal.SIGCONT)
    while endpoint.check(now=True) is not None:
        pass
    assert told == [(own.address, LATE), (own.address, None)]


def test_one_that_answers_but_does_not_know_the_sample_stays_out(new_clamd: StartClamd) -> None:
    own = new_clamd()
    own.database.mkdir()
    (own.database / "other.hdb").write_text("aa15bcf478d165efd2065190eb473bcb:544:Other\n")
    endpoint = Endpoint(Clamd(settings_for(own.start().address)))
    assert endpoint.check() is None
    endpoint.failed(LATE)

    assert (endpoint.check(now=True), endpoint.clamd.ready()) == (missed(None), None)


def test_between_two_trials_it_has_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd_endpoint, "FIRST_REST", 1000.0)
    with fake_clamd() as fake:
        endpoint = Endpoint(Clamd(settings_for(fake.address)))
        endpoint.failed(LATE)

        assert [endpoint.check() for _ in range(3)] == [missed(None)] * 3
        assert fake.streams == [EICAR]


def test_who_loads_other_signatures_has_to_find_the_sample_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd_module, "UP_FOR", 0.0)
    with fake_clamd(version=b"ClamAV 1.4.6/1\n") as fake:
        endpoint = Endpoint(Clamd(settings_for(fake.address)))
        assert [endpoint.check(), endpoint.check()] == [None, None]
        assert fake.streams == []

        fake.version = b"ClamAV 1.4.6/2\n"
        assert endpoint.check() == missed(None) == endpoint.out
        fake.reply = b"stream: Test.Sample FOUND\0"
        assert (endpoint.check(now=True), endpoint.out, fake.streams) == (None, None, [EICAR] * 2)
        assert endpoint.check() is None
        assert fake.streams == [EICAR] * 2
