from __future__ import annotations

from datetime import UTC, datetime

import pytest

from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_control import ClamdStatus, signature_time
from scanner.model import Gap, Unchecked
from tests.clamd import settings_for
from tests.inspection.fake_clamd import fake_clamd


@pytest.mark.parametrize(
    ("version", "moment"),
    [
        ("ClamAV 1.4.6/27500/Tue Nov 18 09:26:22 2025", datetime(2025, 11, 18, 9, 26, 22, tzinfo=UTC)),
        ("ClamAV 1.4.6/27500/Sat Nov  1 09:26:22 2025", datetime(2025, 11, 1, 9, 26, 22, tzinfo=UTC)),
        ("ClamAV 1.4.6", None),
        ("ClamAV 1.4.6/27500/", None),
        ("ClamAV 1.4.6/27500/some day", None),
    ],
)
def test_the_build_time_of_the_signatures_stands_in_the_version(version: str, moment: datetime | None) -> None:
    assert signature_time(version) == moment


def test_a_clamd_that_runs_says_what_it_has_loaded(clamd: PrivateClamd, clamd_by_tcp: PrivateClamd) -> None:
    for one in (clamd, clamd_by_tcp):
        status = Clamd(settings_for(one.address)).status()

        assert status == ClamdStatus(True, status.version, 0, None)
        assert status.version.startswith("ClamAV 1.")


def test_an_absent_clamd_is_down() -> None:
    assert Clamd(settings_for("unix:/nowhere/clamd.sock")).status() == ClamdStatus(up=False)


@pytest.mark.parametrize(
    "answers",
    [
        {"pong": b"PANG\n"},
        {"pong": b""},
        {"pong": b"\xff\n"},
        {"version": b""},
        {"version": b"UNKNOWN COMMAND\n"},
        {"version": b"\xff"},
        {"version": b"ClamAV\n"},
        {"version": b"ClamAV devel-20240101/27500\n"},
        {"version": b"ClamAV 1.4.6\x1b[31m/27500\n"},
        {"version": b"ClamAV 1.4.6/" + b"9" * 300 + b"\n"},
        {"version": b"ClamAV 0.103.12/27500/Tue Nov 18 09:26:22 2025\n"},
    ],
)
def test_an_answer_that_is_none_means_down(answers: dict[str, bytes]) -> None:
    with fake_clamd(**answers) as fake:
        engine = Clamd(settings_for(fake.address))

        gap = engine.ready()

        assert isinstance(gap, Gap)
        assert gap.reason is Unchecked.ENGINE_DOWN
        assert engine.status() == ClamdStatus(up=False)


def test_stats_without_a_queue_leave_it_open_and_signed_databases_tell_their_time() -> None:
    version = "ClamAV 1.4.6/27500/Tue Nov 18 09:26:22 2025"
    with fake_clamd(version=version.encode() + b"\n") as fake:
        status = Clamd(settings_for(fake.address)).status()

    assert status == ClamdStatus(True, version, None, datetime(2025, 11, 18, 9, 26, 22, tzinfo=UTC))


def test_of_a_clamd_that_is_too_old_the_reason_is_told() -> None:
    with fake_clamd(version=b"ClamAV 0.105.2/26700/Tue Nov 18 09:26:22 2025\n") as fake:
        gap = Clamd(settings_for(fake.address)).ready()
    assert gap == Gap(
        Unchecked.ENGINE_DOWN,
        "ClamAV 0.105.2/26700/Tue Nov 18 09:26:22 2025 is too old: its OK may hide what it did not look into; "
        "install 1.0 or newer",
    )


@pytest.mark.parametrize("version", ["ClamAV 1.0.9/27500/some day", "ClamAV 1.5.0-rc", "ClamAV 2.0.0", "ClamAV 10.1"])
def test_newer_ones_are_believed_and_named(version: str) -> None:
    with fake_clamd(version=version.encode() + b"\n") as fake:
        engine = Clamd(settings_for(fake.address))
        assert (engine.ready(), engine.version()) == (None, version)
