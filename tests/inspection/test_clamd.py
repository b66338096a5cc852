"""clamd as it behaves: every fault with a real one, except replies that no real one gives on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.inspection.clamd import ENCRYPTED_RAR, Clamd
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.engine import NobodyToAsk
from scanner.model import Finding, Gap, Inspection, Unchecked, Unscannable
from tests.clamd import StartClamd, settings_for
from tests.contents import Spooled
from tests.in_turn import in_turn
from tests.inspection import EICAR, MIB, PLAIN_NAME, VERSION, Reason, looked, slow
from tests.inspection.fake_clamd import fake_clamd
from tests.inspection.test_archive_headers import rar4


@pytest.mark.parametrize("way", ["unix", "tcp", "descriptor"])
@pytest.mark.parametrize(
    ("data", "names", "reason"),
    [
        (b"", (), None),
        (b"nothing bad", (), None),
        (samples.docx("hello"), (), None),
        (bytes(3 * MIB + 1), (), None),
        (EICAR, (PLAIN_NAME,), None),
        (samples.zip_of({"a.txt": b"a", "b.com": EICAR}), (PLAIN_NAME,), None),
        (samples.zip_of({"in.zip": samples.zip_of({"b.com": EICAR})}), (PLAIN_NAME,), None),
        (samples.tar_gz_of({"b.com": EICAR}), (PLAIN_NAME,), None),
        (samples.encrypted_zip_of("b.com", EICAR, b"secret"), (), Unscannable.ENCRYPTED),
    ],
)
def test_what_clamd_says_of_a_content(
    clamd: PrivateClamd,
    clamd_by_tcp: PrivateClamd,
    spooled: Spooled,
    tmp_path: Path,
    way: str,
    data: bytes,
    names: tuple[str, ...],
    reason: Reason | None,
) -> None:
    hand_over = HandOver(tmp_path, smallest=0) if way == "descriptor" else None
    engine = Clamd(settings_for((clamd_by_tcp if way == "tcp" else clamd).address), hand_over=hand_over)

    assert looked(engine, spooled(data)) == (names, reason)


def test_an_inspection_names_engine_version_and_finding(clamd: PrivateClamd, spooled: Spooled) -> None:
    engine = Clamd(settings_for(clamd.address))

    inspection = engine.inspect(VERSION, NobodyToAsk(), spooled(EICAR))

    assert engine.version().startswith("ClamAV 1.")
    assert inspection == Inspection("clamd", engine.version(), (Finding("clamd", PLAIN_NAME, malware=True),))


def test_of_several_behind_one_address_the_one_that_looked_is_named(spooled: Spooled) -> None:
    old = b"ClamAV 1.4.3/27800/Mon Nov 30 09:26:22 2026"
    new = b"ClamAV 1.4.3/27801/Mon Nov 30 10:26:22 2026"
    with (
        fake_clamd(version=old, reply=b"stream: OK\0") as first,
        fake_clamd(version=new, reply=b"stream: Of.Today FOUND\0") as second,
        in_turn(first.address, second.address) as address,
    ):
        engine = Clamd(settings_for(address))
        said = [engine.inspect(VERSION, NobodyToAsk(), spooled(b"a")) for _ in range(8)]

    assert {(one.version.encode(), one.findings) for one in said} == {
        (old, ()),
        (new, (Finding("clamd", "Of.Today", malware=True),)),
    }


@pytest.mark.parametrize("version", [b"ClamAV 0.103.12/27800/x", b"", b"BusyAV 9"])
def test_an_ok_of_nobody_knows_whom_is_none(spooled: Spooled, version: bytes) -> None:
    with fake_clamd(version=version) as fake:
        assert looked(Clamd(settings_for(fake.address)), spooled(b"a")) == ((), Unchecked.ENGINE_ERROR)


@pytest.mark.parametrize("way", ["stream", "descriptor"])
@pytest.mark.parametrize(
    ("conf", "data", "reason"),
    [
        ({"MaxScanTime": "100"}, slow, Unscannable.SCAN_TIME),
        ({"MaxRecursion": "2"}, lambda: samples.gz(samples.gz(samples.gz(samples.gz(b"a")))), Unscannable.LIMITS),
        ({"MaxFiles": "20"}, lambda: samples.zip_of({str(n): b"%d" % n * 9 for n in range(30)}), Unscannable.LIMITS),
        ({"MaxFileSize": "1M"}, lambda: samples.gz(bytes(2 * MIB)), Unscannable.LIMITS),
        ({"MaxFileSize": "1M"}, lambda: bytes(1 * MIB + 1), Unscannable.LIMITS),
    ],
)
def test_a_limit_of_clamds_is_a_gap(
    new_clamd: StartClamd,
    spooled: Spooled,
    tmp_path: Path,
    way: str,
    conf: dict[str, str],
    data: Callable[[], bytes],
    reason: Reason,
) -> None:
    with new_clamd(**conf) as own:
        hand_over = HandOver(tmp_path, smallest=0) if way == "descriptor" else None
        assert looked(Clamd(settings_for(own.address), hand_over=hand_over), spooled(data())) == ((), reason)


@pytest.mark.parametrize("size", [1 * MIB + 1, 64 * MIB])
def test_a_stream_longer_than_clamd_takes_is_a_gap(new_clamd: StartClamd, spooled: Spooled, size: int) -> None:
    with new_clamd(StreamMaxLength="1M") as own:
        assert looked(Clamd(settings_for(own.address)), spooled(bytes(size))) == ((), Unscannable.TOO_LARGE)


@pytest.mark.parametrize("size", [1 * MIB + 1, 64 * MIB])
def test_over_tcp_a_stream_too_long_is_at_least_not_clean(new_clamd: StartClamd, spooled: Spooled, size: int) -> None:
    with new_clamd(tcp=True, StreamMaxLength="1M") as own:
        _, reason = looked(Clamd(settings_for(own.address)), spooled(bytes(size)))

    # A reset may drop the reply on its way.
    assert reason in (Unscannable.TOO_LARGE, Unchecked.INTERRUPTED)


def test_a_rar_is_opened_or_said_not_to_be(clamd: PrivateClamd, spooled: Spooled) -> None:
    # Which of the two depends on whether the machine has clamd's unrar module, which is not free software.
    engine = Clamd(settings_for(clamd.address))

    for _ in range(2):
        assert looked(engine, spooled(rar4())) in [((PLAIN_NAME,), None), ((), Unscannable.FORMAT)]


def test_the_probe_for_rars_is_a_rar_with_a_password() -> None:
    assert rar4(file_flags=0x04, content=b"") == ENCRYPTED_RAR + rar4()[-7:]


@pytest.mark.parametrize(
    ("probed", "reason"),
    [
        (b"stream: Heuristics.Encrypted.RAR FOUND\0", None),
        (b"stream: OK\0", Unscannable.FORMAT),
        (b"", Unchecked.INTERRUPTED),
    ],
)
def test_an_ok_for_a_rar_rests_on_what_clamd_says_of_one_with_a_password(
    spooled: Spooled, probed: bytes, reason: Reason | None
) -> None:
    with fake_clamd(replies={ENCRYPTED_RAR: probed}) as fake:
        engine = Clamd(settings_for(fake.address))

        assert [looked(engine, spooled(rar4())) for _ in range(2)] == [((), reason)] * 2
        assert looked(engine, spooled(b"no rar")) == ((), None)
        assert fake.streams.count(ENCRYPTED_RAR) == (2 if reason is Unchecked.INTERRUPTED else 1)


def test_a_content_above_max_stream_is_not_sent(spooled: Spooled) -> None:
    with fake_clamd() as fake:
        inspection = Clamd(settings_for(fake.address, max_stream="1MiB")).inspect(
            VERSION, None, spooled(bytes(MIB + 1))
        )

    assert inspection.gap == Gap(Unscannable.TOO_LARGE, "1048577 bytes, where clamav.max_stream allows 1048576")
    assert fake.streams == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"stream: O", Unchecked.ENGINE_ERROR),
        (b"stream: OK\0stream: OK\0", Unchecked.ENGINE_ERROR),
        (b"Error writing to temporary file ERROR\0stream: OK\0", Unchecked.ENGINE_ERROR),
        (b"COMMAND READ TIMED OUT\n", Unchecked.ENGINE_ERROR),
        (b"\xff" * 100_000, Unchecked.ENGINE_ERROR),
        (b"", Unchecked.INTERRUPTED),
    ],
)
def test_replies_that_are_none(spooled: Spooled, reply: bytes, reason: Reason) -> None:
    with fake_clamd(reply=reply) as fake:
        assert looked(Clamd(settings_for(fake.address)), spooled(EICAR)) == ((), reason)
        assert fake.streams == [EICAR]


def test_an_ok_after_which_more_may_come_is_not_believed(spooled: Spooled) -> None:
    with fake_clamd(keep_open=True) as fake:
        engine = Clamd(settings_for(fake.address, scan_timeout="1s"))

        assert looked(engine, spooled(EICAR)) == ((), Unchecked.ENGINE_TIMEOUT)


def test_no_more_scans_are_in_flight_than_connections_allowed(spooled: Spooled) -> None:
    content = spooled(EICAR)
    with fake_clamd(hold=threading.Event()) as fake:
        engine = Clamd(settings_for(fake.address, connections=2))
        threads = [threading.Thread(target=looked, args=(engine, content)) for _ in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        fake.hold.set()
        for thread in threads:
            thread.join(10)

    assert (fake.open_at_most, fake.streams) == (2, [EICAR] * 5)


def test_a_reload_during_the_scan_leaves_both_versions_on_record(spooled: Spooled) -> None:
    with fake_clamd(version=b"ClamAV 1.4.6/1\n", hold=threading.Event()) as fake:
        engine = Clamd(settings_for(fake.address))
        results: list[Inspection] = []
        content = spooled(b"clean")
        scan = threading.Thread(target=lambda: results.append(engine.inspect(VERSION, NobodyToAsk(), content)))
        scan.start()
        while not fake.open_now:
            time.sleep(0.01)
        fake.version = b"ClamAV 1.4.6/2\n"
        time.sleep(2.1)  # what VERSION said is believed for two seconds
        fake.hold.set()
        scan.join(10)

    assert results == [Inspection("clamd", "ClamAV 1.4.6/1 or ClamAV 1.4.6/2")]
