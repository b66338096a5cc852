"""Signatures arrive at one clamd after the other, and a bad set goes no further than the first."""

from __future__ import annotations

from demo.clamd import PrivateClamd
from scanner.inspection.clamd_reload import Reloaded, reload_each
from scanner.inspection.clamds import Clamds
from scanner.settings import ClamavSettings
from tests.clamd import StartClamd
from tests.contents import Spooled
from tests.inspection import EICAR, PLAIN_NAME, looked

NEW = b"scanner: a content that only new signatures know"


def several(*each: PrivateClamd) -> Clamds:
    addresses = [one.start().address for one in each]
    return Clamds(ClamavSettings.model_validate({"addresses": addresses, "scan_timeout": "20s"}))


def learn(clamd: PrivateClamd) -> None:
    (clamd.database / "new.ndb").write_text(f"Test.New:0:*:{NEW.hex()}\n")


def forget(clamd: PrivateClamd) -> None:
    for file in clamd.database.iterdir():
        file.unlink()
    learn(clamd)


def test_all_load_what_is_new_and_are_back(new_clamd: StartClamd, spooled: Spooled) -> None:
    each = [new_clamd(), new_clamd()]
    engine = several(*each)
    version = engine.version()
    for one in each:
        learn(one)

    results = list(reload_each(engine, 20.0, 20.0))

    assert [one.out for one in engine.endpoints] == [None, None]
    assert [(one.address, one.trouble) for one in results] == [(one.address, "") for one in each]
    for endpoint in engine.endpoints:
        with engine.drained(endpoint, 0.0):
            assert looked(engine, spooled(NEW)) == (("Test.New.UNOFFICIAL",), None)
    assert engine.version() == version


def test_signatures_that_do_not_find_the_sample_go_no_further(new_clamd: StartClamd, spooled: Spooled) -> None:
    each = [new_clamd(), new_clamd()]
    engine = several(*each)
    for one in each:
        forget(one)

    (result,) = reload_each(engine, 20.0, 2.0)

    assert result.address == each[0].address
    assert result.trouble.startswith("not back within 2 s: the known-bad sample was not found")
    assert [looked(engine, spooled(EICAR)) for _ in range(3)] == [((PLAIN_NAME,), None)] * 3


def test_nobody_is_reloaded_while_the_others_are_out(new_clamd: StartClamd) -> None:
    own, dead = new_clamd(), new_clamd()
    engine = several(own, dead)
    dead.stop()

    results = list(reload_each(engine, 20.0, 20.0))

    assert [one.trouble for one in results] == ["no other clamd is in use meanwhile"]


def test_a_lone_one_is_reloaded_as_well(new_clamd: StartClamd, spooled: Spooled) -> None:
    own = new_clamd()
    engine = several(own)
    version = engine.version()
    learn(own)
    assert list(reload_each(engine, 20.0, 20.0)) == [Reloaded(own.address, version, version)]
    assert looked(engine, spooled(NEW)) == (("Test.New.UNOFFICIAL",), None)


def test_the_order_to_stop_ends_it(new_clamd: StartClamd) -> None:
    assert list(reload_each(several(new_clamd()), 20.0, 20.0, lambda: True)) == []
