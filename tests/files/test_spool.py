from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.files.spool import MEMORY_LIMIT, Room
from scanner.model import Gap, Unchecked
from tests.contents import spool_in

BIG = bytes(range(256)) * 8192  # 2 MiB
MIB = 1024**2


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def filled(room: Room, data: bytes, piece: int = 64 * 1024) -> Room:
    for start in range(0, len(data), piece):
        assert room.write(data[start : start + piece]) is None
    room.settle()
    return room


@pytest.mark.parametrize("size", [0, 1, MEMORY_LIMIT, MEMORY_LIMIT + 1, len(BIG)])
def test_what_is_written_is_read_back_any_number_of_times(tmp_path: Path, size: int) -> None:
    room = filled(spool_in(tmp_path).reserve(size), BIG[:size])

    assert [b"".join(room.chunks()) for _ in range(2)] == [BIG[:size]] * 2
    assert b"".join(room.chunks(7)) == BIG[7:size]
    assert max((len(piece) for piece in room.chunks()), default=0) <= 256 * 1024
    room.close()


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_read_at_is_a_slice(data: bytes, offset: int, length: int) -> None:
    room = filled(spool_in(Path("/nowhere")).reserve(len(data)), data, 7)

    assert room.read_at(offset, length) == data[offset : offset + length]


def test_only_large_contents_become_files_and_those_have_no_name(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    before = open_files()

    small = filled(spool.reserve(MIB), BIG[:MIB])
    assert open_files() == before
    large = filled(spool.reserve(len(BIG)), BIG)
    assert open_files() == before + 1

    assert list(tmp_path.iterdir()) == []
    small.close()
    large.close()
    assert open_files() == before


def test_what_was_reserved_in_vain_is_given_back_when_all_is_written(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    room = spool.reserve(10 * MIB)
    assert spool.used == 10 * MIB

    filled(room, b"abc")
    assert spool.used == 3
    room.close()
    room.close()
    assert spool.used == 0


def test_a_content_waits_for_room_and_a_smaller_one_does_not_overtake_it(tmp_path: Path) -> None:
    spool = spool_in(tmp_path, max_total="4MiB", max_file="4MiB")
    first = spool.reserve(2 * MIB)
    order: list[int] = []

    def take(size: int) -> None:
        room = spool.reserve(size)
        order.append(size)
        room.close()

    large = threading.Thread(target=take, args=(4 * MIB,))
    small = threading.Thread(target=take, args=(1,))
    large.start()
    while not spool._waiting:
        time.sleep(0.001)
    small.start()
    small.join(0.1)
    assert order == []

    first.close()
    large.join(5)
    small.join(5)
    assert order == [4 * MIB, 1]


def test_many_threads_never_take_more_than_the_spool_has(tmp_path: Path) -> None:
    spool = spool_in(tmp_path, max_total="3MiB", max_file="2MiB")
    seen: list[int] = []

    def work() -> None:
        for size in (MIB, 2 * MIB, 1, MIB + 5):
            room = filled(spool.reserve(2 * MIB), BIG[:size])
            seen.append(spool.used)
            room.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(seen), max(seen) <= 3 * MIB, spool.used) == (32, True, 0)


def test_more_than_was_reserved_and_more_than_there_could_ever_be_are_refused(tmp_path: Path) -> None:
    spool = spool_in(tmp_path, max_total="2MiB", max_file="1MiB")
    room = spool.reserve(2)

    with pytest.raises(ValueError, match="reserved"):
        room.write(b"abc")
    with pytest.raises(ValueError, match="never fit"):
        spool.reserve(2 * MIB + 1)
    with pytest.raises(ValueError, match="cannot read"):
        room.read_at(-1, 1)
    room.close()


def test_a_folder_that_cannot_be_written_is_a_gap_that_waits(tmp_path: Path) -> None:
    spool = spool_in(tmp_path / "missing")
    room = spool.reserve(len(BIG))

    gap = room.write(BIG)
    room.close()

    assert gap == Gap(Unchecked.SPOOL_UNAVAILABLE, f"{tmp_path / 'missing'}: No such file or directory")
    assert spool.used == 0


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.contents import spool_in
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 1024**2, 3 * 1024**2))
room = spool_in(Path(sys.argv[1])).reserve(8 * 1024**2)
gaps = [room.write(bytes(1024**2)) for _ in range(5)]
room.close()
print([gap and gap.reason.value for gap in gaps])
"""


def test_a_disk_that_takes_no_more_is_a_gap(tmp_path: Path) -> None:
    # A limit on file size fails inside write(2) as a full disk does, and needs no mount.
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout

    assert printed.split("\n")[0] == "[None, None, None, 'spool-unavailable', 'spool-unavailable']"


MEMORY = """
import resource, sys
from pathlib import Path
from tests.contents import spool_in
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
room = spool_in(Path(sys.argv[1])).reserve(256 * 1024**2)
before = peak()
for _ in range(4096):
    assert room.write(bytes(64 * 1024)) is None
room.settle()
assert sum(map(len, room.chunks())) == 256 * 1024**2
room.close()
print((peak() - before) // 1024)
"""


def test_a_large_content_costs_no_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MEMORY, str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout

    assert int(printed) < 12  # MiB
