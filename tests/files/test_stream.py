"""`open_version` against a port that serves one version from memory, as the platform would or would not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from demo import samples
from scanner.cloud.port import Cloud, Priority
from scanner.errors import CloudUnavailable, NotFound
from scanner.files.stream import SPARED, Spared, open_unless, open_version
from scanner.model import ContentFacts, EntryId, FileVersion, Gap, GroupId, Unchecked, Unscannable
from tests.contents import spool_in

MIB = 1024**2
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.pdf")
PDF = samples.pdf("hello")


@dataclass
class Served:
    """A download of `content`, with headers that may lie, and a count of what was taken."""

    content: bytes = PDF
    checksum: str = ""
    length: int | None = None
    entry_id: EntryId = VERSION.entry_id
    breaks_after: int | None = None
    taken: int = 0
    opened: int = 0
    open: bool = False
    piece: int = 64 * 1024
    broken: Exception = field(default_factory=lambda: CloudUnavailable("cut"))

    @contextmanager
    def open_content(self, group_id: GroupId, entry_id: EntryId, *, priority: Priority) -> Iterator[Served]:
        self.opened += 1
        self.open = True
        try:
            yield self
        finally:
            self.open = False

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), self.piece):
            if self.breaks_after is not None and start >= self.breaks_after:
                raise self.broken
            self.taken += len(self.content[start : start + self.piece])
            yield self.content[start : start + self.piece]


def fetched(served: Served, folder: Path, version: FileVersion = VERSION) -> tuple[Gap | ContentFacts, bytes]:
    """What comes of opening the version; also proves that all room is given back."""
    spool = spool_in(folder, max_total="64MiB", max_file="8MiB")
    try:
        with open_version(cast(Cloud, served), version, spool, max_file=8 * MIB, priority=Priority.LIVE) as content:
            assert not served.open
            if isinstance(content, Gap):
                return content, b""
            assert spool.used == content.facts.size
            return content.facts, b"".join(content.chunks())
    finally:
        assert spool.used == 0


@pytest.mark.parametrize("size", [0, 68, 64 * 1024, 3 * MIB])
@pytest.mark.parametrize("told", [True, False])
def test_one_pass_gives_size_digests_type_and_all_bytes(tmp_path: Path, size: int, told: bool) -> None:
    data = (PDF * (size // len(PDF) + 1))[:size]
    served = Served(data, hashlib.sha512(data).hexdigest(), size if told else None)

    facts, read = fetched(served, tmp_path)

    mime = "application/pdf" if size else "application/x-empty"
    digests = hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()
    assert (facts, read) == (ContentFacts(size, *digests, mime), data)


def test_engines_are_shown_the_first_64_kib_and_any_part(tmp_path: Path) -> None:
    data = PDF * 300
    with open_version(
        cast(Cloud, Served(data)), VERSION, spool_in(tmp_path), max_file=MIB, priority=Priority.LIVE
    ) as content:
        assert not isinstance(content, Gap)
        assert content.head == data[: 64 * 1024]
        assert content.read_at(100_000, 50) == data[100_000:100_050]


@pytest.mark.parametrize(
    ("served", "reason", "at_most_taken"),
    [
        (Served(bytes(9 * MIB), length=9 * MIB), Unscannable.TOO_LARGE, 0),
        (Served(bytes(9 * MIB)), Unscannable.TOO_LARGE, 8 * MIB + 64 * 1024),
        (Served(length=len(PDF) + 1), Unchecked.DOWNLOAD_BROKEN, len(PDF)),
        (Served(length=len(PDF) - 1), Unchecked.DOWNLOAD_BROKEN, len(PDF)),
        (Served(b"", length=1), Unchecked.DOWNLOAD_BROKEN, 0),
        (Served(entry_id=EntryId("another")), Unchecked.DOWNLOAD_BROKEN, 0),
        (Served(checksum="0" * 128), Unchecked.CHECKSUM_MISMATCH, len(PDF)),
        (Served(checksum=f"2-1-10485760-{'0' * 128}"), Unchecked.CHECKSUM_MISMATCH, len(PDF)),
    ],
)
def test_a_content_that_cannot_be_had_whole_is_a_gap(
    tmp_path: Path, served: Served, reason: Unchecked | Unscannable, at_most_taken: int
) -> None:
    gap, _ = fetched(served, tmp_path)

    assert isinstance(gap, Gap)
    assert (gap.reason, served.taken <= at_most_taken) == (reason, True)


def test_a_version_known_to_be_too_large_is_not_even_opened(tmp_path: Path) -> None:
    served = Served()
    version = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.pdf", size=8 * MIB + 1)

    gap, _ = fetched(served, tmp_path, version)

    assert gap == Gap(Unscannable.TOO_LARGE, f"{8 * MIB + 1} bytes, where spool.max_file allows {8 * MIB}")
    assert served.opened == 0


@pytest.mark.parametrize("error", [CloudUnavailable("cut"), NotFound("gone", 404)])
def test_errors_of_the_platform_pass_and_give_the_room_back(tmp_path: Path, error: Exception) -> None:
    served = Served(PDF * 1000, breaks_after=100_000, broken=error)

    with pytest.raises(type(error)):
        fetched(served, tmp_path)


def test_an_error_of_the_caller_gives_the_room_back(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)

    with (
        pytest.raises(KeyError),
        open_version(cast(Cloud, Served()), VERSION, spool, max_file=MIB, priority=Priority.LIVE),
    ):
        raise KeyError("engine")
    assert spool.used == 0


def test_a_full_spool_is_a_gap_and_not_a_shorter_content(tmp_path: Path) -> None:
    gap, _ = fetched(Served(bytes(2 * MIB)), tmp_path / "missing")

    assert gap == Gap(Unchecked.SPOOL_UNAVAILABLE, f"{tmp_path / 'missing'}: No such file or directory")


@pytest.mark.parametrize(("spare", "taken"), [(True, 0), (False, len(PDF))])
def test_what_need_not_be_read_is_not(tmp_path: Path, spare: bool, taken: int) -> None:
    served = Served(checksum=hashlib.sha512(PDF).hexdigest(), length=len(PDF))
    asked: list[tuple[str, int]] = []

    def spares(checksum: str, size: int) -> bool:
        asked.append((checksum, size))
        return spare

    spool = spool_in(tmp_path, max_total="64MiB", max_file="8MiB")
    cloud = cast(Cloud, served)
    with open_unless(cloud, VERSION, spool, max_file=8 * MIB, priority=Priority.LIVE, spare=spares) as content:
        assert (content is SPARED, served.open, spool.used) == (spare, False, taken)
    assert (asked, served.taken) == ([(served.checksum, len(PDF))], taken)


@pytest.mark.parametrize(
    "told", [{"length": None}, {"length": len(PDF), "entry_id": EntryId("other")}, {"length": 9 * MIB}]
)
def test_nothing_is_spared_of_unknown_length_of_another_version_or_too_large(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    spool = spool_in(tmp_path, max_total="64MiB", max_file="8MiB")
    cloud = cast(Cloud, Served(**told))
    with open_unless(
        cloud, VERSION, spool, max_file=8 * MIB, priority=Priority.LIVE, spare=lambda checksum, size: True
    ) as content:
        assert content is not SPARED
        if not isinstance(content, Gap):
            assert not isinstance(content, Spared)
            assert content.facts.sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(
    ("declared", "proven"),
    [
        (hashlib.sha512(PDF).hexdigest(), True),
        (hashlib.sha512(PDF).hexdigest().upper(), False),
        (" " + hashlib.sha512(PDF).hexdigest(), False),
        ("", False),
        ("W/unknown", False),
    ],
)
def test_a_checksum_is_a_contents_own_only_letter_by_letter(tmp_path: Path, declared: str, proven: bool) -> None:
    facts, _ = fetched(Served(checksum=declared, length=len(PDF)), tmp_path)
    assert not isinstance(facts, Gap)
    assert facts.checksum == (declared if proven else "")
