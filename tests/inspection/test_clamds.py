"""Several clamds: who looks, who is left out, and what is said when nobody is left."""

from __future__ import annotations

import signal
import threading
from types import SimpleNamespace

import pytest

from demo.clamd import PrivateClamd
from scanner.inspection import clamds as module
from scanner.inspection.clamds import Clamds, least_loaded
from scanner.inspection.engine import NobodyToAsk
from scanner.model import Finding, Gap, Inspection, Unchecked
from scanner.settings import ClamavSettings
from tests.clamd import StartClamd
from tests.contents import Spooled
from tests.inspection import EICAR, MIB, PLAIN_NAME, VERSION, looked
from tests.inspection.fake_clamd import fake_clamd

FOUND = ((PLAIN_NAME,), None)
CLEAN = ((), None)


def clamds(*addresses: str, **other: object) -> Clamds:
    return Clamds(ClamavSettings.model_validate({"addresses": addresses, "scan_timeout": "20s", **other}))


@pytest.mark.parametrize(
    ("running", "places", "chosen"),
    [([0, 0], 4, 0), ([1, 0], 4, 1), ([2, 1, 1], 4, 1), ([4, 4], 4, None), ([4, 3], 4, 1), ([], 4, None)],
)
def test_the_one_with_the_fewest_scans_gets_the_next(running: list[int], places: int, chosen: int | None) -> None:
    endpoints = [SimpleNamespace(running=one) for one in running]
    found = least_loaded(endpoints, places)  # type: ignore[arg-type]
    assert found is (None if chosen is None else endpoints[chosen])


def test_scans_are_shared_out_and_none_gets_more_than_it_may(spooled: Spooled) -> None:
    content, hold = spooled(b"a content"), threading.Event()
    with fake_clamd(hold=hold) as one, fake_clamd(hold=hold) as other:
        engine = clamds(one.address, other.address, connections=2)
        scans = [threading.Thread(target=looked, args=(engine, content)) for _ in range(6)]
        for scan in scans:
            scan.start()
        while one.open_now + other.open_now < 4:
            pass
        hold.set()
        for scan in scans:
            scan.join(20)
        assert (one.open_at_most, other.open_at_most, len(one.streams + other.streams)) == (2, 2, 6)


def test_where_one_is_dead_the_other_looks(new_clamd: StartClamd, clamd: PrivateClamd, spooled: Spooled) -> None:
    engine = clamds(new_clamd().address, clamd.address)

    assert [looked(engine, spooled(EICAR)), looked(engine, spooled(b"good"))] == [FOUND, CLEAN]
    assert [one.out is None for one in engine.standings()] == [False, True]
    assert engine.ready() is None


def test_one_that_lets_a_scan_pass_its_deadline_gets_no_more(
    new_clamd: StartClamd, clamd: PrivateClamd, spooled: Spooled
) -> None:
    own = new_clamd().start()
    assert own.process is not None
    engine = clamds(own.address, clamd.address, scan_timeout="1s")
    assert engine.ready() is None
    own.process.send_signal(signal.SIGSTOP)

    first, *others = [looked(engine, spooled(EICAR)) for _ in range(4)]

    assert first in [((), Unchecked.ENGINE_TIMEOUT), FOUND]
    assert others == [FOUND] * 3
    assert engine.endpoints[0].out is not None
    own.process.send_signal(signal.SIGCONT)
    while engine.standings()[0].out is not None:
        pass


def test_a_content_that_broke_one_off_is_not_given_to_the_next_at_once(spooled: Spooled) -> None:
    with fake_clamd(replies={b"breaks": b""}) as one, fake_clamd() as other:
        engine = clamds(one.address, other.address)

        assert looked(engine, spooled(b"breaks")) == ((), Unchecked.INTERRUPTED)
        assert (one.streams, other.streams) == ([b"breaks"], [])
        assert looked(engine, spooled(b"another")) == CLEAN
        assert (one.streams, other.streams) == ([b"breaks"], [b"another"])


def test_where_all_are_away_it_is_said_of_each(new_clamd: StartClamd, spooled: Spooled) -> None:
    addresses = [new_clamd().address, new_clamd().address]
    engine = clamds(*addresses)

    gap = engine.ready()

    assert gap is not None
    assert (gap.reason, [one in gap.detail for one in addresses]) == (Unchecked.ENGINE_DOWN, [True, True])
    assert looked(engine, spooled(EICAR)) == ((), Unchecked.ENGINE_DOWN)


def test_all_that_were_away_are_used_as_soon_as_one_is_there(new_clamd: StartClamd, spooled: Spooled) -> None:
    own, other = new_clamd(), new_clamd()
    engine = clamds(own.address, other.address)
    assert engine.ready() is not None
    other.start()
    while engine.ready() is not None:
        pass
    assert looked(engine, spooled(EICAR)) == FOUND


def test_what_is_too_large_needs_no_clamd(spooled: Spooled) -> None:
    engine = clamds("unix:/nowhere/a.sock", "unix:/nowhere/b.sock", max_stream="1MiB")
    inspection = engine.inspect(VERSION, NobodyToAsk(), spooled(bytes(MIB + 1)))
    assert inspection.gap is not None
    assert inspection.gap.detail == "1048577 bytes, where clamav.max_stream allows 1048576"


def test_each_verdict_names_the_signatures_that_looked_and_the_engine_all_that_may(spooled: Spooled) -> None:
    reply = b"stream: Bad FOUND\0"
    with fake_clamd(version=b"ClamAV 1.4.6/2\n", reply=reply) as new, fake_clamd(version=b"ClamAV 1.4.6/1\n") as old:
        engine = clamds(new.address, old.address)
        assert [one.check() for one in engine.endpoints] == [None, None]

        inspection = engine.inspect(VERSION, NobodyToAsk(), spooled(b"x"))

        assert inspection == Inspection("clamd", "ClamAV 1.4.6/2", (Finding("clamd", "Bad", malware=True),))
        assert engine.version() == "ClamAV 1.4.6/1 or ClamAV 1.4.6/2"


def test_one_that_is_drained_ends_its_scans_and_gets_no_new_ones(spooled: Spooled) -> None:
    content, hold = spooled(b"a content"), threading.Event()
    with fake_clamd(hold=hold) as one, fake_clamd() as other:
        engine = clamds(one.address, other.address)
        scan = threading.Thread(target=looked, args=(engine, content))
        scan.start()
        while not one.open_now:
            pass
        with engine.drained(engine.endpoints[0], 0.0) as done:
            assert not done
            assert [looked(engine, content) for _ in range(3)] == [CLEAN] * 3
        hold.set()
        with engine.drained(engine.endpoints[0], 20.0) as done:
            assert done
        scan.join(20)
        assert (len(one.streams), len(other.streams)) == (1, 3)


def test_a_lone_one_that_is_drained_makes_wait(clamd: PrivateClamd) -> None:
    engine = clamds(clamd.address)
    with engine.drained(engine.endpoints[0], 0.0):
        assert looked_gap(engine) == Gap(Unchecked.ENGINE_DOWN, "it is about to load signatures")
    assert looked_gap(engine) is None


def looked_gap(engine: Clamds) -> Gap | None:
    with engine._place() as found:
        return found if isinstance(found, Gap) else None


class Name:
    """A name that leads to other clamds as time goes by, in place of a resolver."""

    def __init__(self, *behind: str) -> None:
        self.behind: tuple[str, ...] | None = behind

    def __call__(self, address: str) -> tuple[str, ...]:
        if self.behind is None:
            raise OSError("not found")
        return self.behind


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_UP_EVERY", 0.0)


def named(name: Name) -> Clamds:
    settings = ClamavSettings.model_validate({"address": "tcp:clamd.example.org:3310", "scan_timeout": "20s"})
    return Clamds(settings, look_up=name)


def shown(engine: Clamds) -> dict[str, bool]:
    """Whether each is in use."""
    return {one.address: one.out is None for one in engine.standings()}


@pytest.mark.usefixtures("_at_once")
def test_of_those_behind_a_name_only_the_one_that_fails_is_out_of_use(
    new_clamd: StartClamd, clamd: PrivateClamd, spooled: Spooled
) -> None:
    dead = new_clamd().address
    engine = named(Name(dead, clamd.address))

    assert [looked(engine, spooled(EICAR)), looked(engine, spooled(b"good"))] == [FOUND, CLEAN]
    assert shown(engine) == {dead: False, clamd.address: True}


@pytest.mark.usefixtures("_at_once")
def test_one_that_comes_gets_scans_when_it_has_found_the_sample_and_one_that_goes_gets_none(
    clamd: PrivateClamd, spooled: Spooled
) -> None:
    name = Name(clamd.address)
    engine = named(name)
    assert shown(engine) == {clamd.address: True}
    with fake_clamd() as blind:
        name.behind = (clamd.address, blind.address)
        assert shown(engine) == {clamd.address: True, blind.address: False}
        assert [looked(engine, spooled(b"good")) for _ in range(3)] == [CLEAN] * 3
        assert [stream for stream in blind.streams if b"good" in stream] == []
    name.behind = (clamd.address,)
    assert shown(engine) == {clamd.address: True}


@pytest.mark.usefixtures("_at_once")
def test_while_a_name_is_not_found_those_that_it_led_to_go_on(clamd: PrivateClamd, spooled: Spooled) -> None:
    name = Name(clamd.address)
    engine = named(name)
    assert looked(engine, spooled(EICAR)) == FOUND
    name.behind = None
    assert (looked(engine, spooled(EICAR)), shown(engine)) == (FOUND, {clamd.address: True})


def test_a_name_is_not_looked_up_for_each_scan(clamd: PrivateClamd, spooled: Spooled) -> None:
    name = Name(clamd.address)
    engine = named(name)
    assert looked(engine, spooled(EICAR)) == FOUND
    name.behind = ()
    assert looked(engine, spooled(EICAR)) == FOUND
