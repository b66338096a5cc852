"""One look at a version: what every engine says of it, or where it went."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import structlog

from scanner.errors import BadAnswer, CloudRefused, Forbidden, Throttled
from scanner.model import FileVersion, Gap, Outcome, Unchecked, Unscannable
from scanner.pipeline.look import FETCH, Gone, Looked, look
from tests.clamd import StartClamd
from tests.pipeline.bench import Bench, bench

FILE = "/Shared/a.txt"


async def seen(flow: Bench, version: FileVersion) -> Looked | Gone:
    return await look(await flow.take(version), flow.stations)


async def gap_of(flow: Bench, version: FileVersion) -> Gap | None:
    """Of a fetch that failed."""
    looked = await seen(flow, version)
    assert isinstance(looked, Looked)
    assert [one.engine for one in looked.inspections] == [FETCH]
    return looked.inspections[0].gap


async def test_every_engine_looks_and_the_content_is_known_by_its_digest(flow: Bench) -> None:
    looked = await seen(flow, await flow.queue(FILE, b"hello"))
    assert isinstance(looked, Looked)
    assert {one.engine: one.gap for one in looked.inspections} == {"containers": None, "clamd": None, "rules": None}
    assert looked.content is not None
    assert (looked.content.size, looked.content.sha256) == (5, hashlib.sha256(b"hello").hexdigest())
    assert flow.count("scanned_bytes_total", engine="clamd") == 5


async def test_engines_are_asked_before_a_download_is_paid_for(tmp_path: Path, new_clamd: StartClamd) -> None:
    async with bench(tmp_path, new_clamd().address) as flow:
        gap = await gap_of(flow, await flow.queue(FILE, b"hello"))
    assert gap is not None
    assert (gap.reason, flow.cloud.opened) == (Unchecked.ENGINE_DOWN, 0)


async def test_what_is_too_large_is_not_read(tmp_path: Path, new_clamd: StartClamd) -> None:
    clamd = new_clamd().start()
    async with bench(tmp_path, clamd.address, spool={"dir": str(tmp_path), "max_file": "1KiB"}) as flow:
        gap = await gap_of(flow, await flow.queue(FILE, b"x" * 1025))
    assert gap is not None
    assert gap.reason is Unscannable.TOO_LARGE


async def test_the_newer_version_of_a_replaced_one_is_told(flow: Bench) -> None:
    version = await flow.queue(FILE, b"hello")
    newer = flow.cloud.tree.upload(FILE, b"hello again")
    flow.cloud.tree.by_group(version.group_id).versions.pop(0)
    gone = await seen(flow, version)
    assert isinstance(gone, Gone)
    assert gone.newer == FileVersion(
        "acme", version.group_id, newer.entry_id, FILE, "listing", uploaded_at=newer.uploaded_at, size=11
    )


async def test_a_file_that_is_not_found_is_not_gone_while_no_deletion_was_told(flow: Bench) -> None:
    version = await flow.queue(FILE, b"hello")
    flow.cloud.tree.delete(FILE)
    gap = await gap_of(flow, version)
    assert gap is not None
    assert gap.reason is Unchecked.NOT_FOUND


async def test_a_deleted_file_is_gone(flow: Bench) -> None:
    version = await flow.queue(FILE, b"hello")
    flow.cloud.tree.delete(FILE)
    await flow.read_feed()
    assert await seen(flow, version) == Gone(Outcome.GONE)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Forbidden("no right", 403), Unchecked.ACCESS_REFUSED),
        (BadAnswer("no content", 200), Unchecked.DOWNLOAD_BROKEN),
    ],
)
@pytest.mark.parametrize("call", ["open_content", "file"])
async def test_a_refusal_is_a_gap_and_never_an_absence(
    flow: Bench, error: CloudRefused, reason: Unchecked, call: str
) -> None:
    version = await flow.queue(FILE, b"hello")
    if call == "file":
        flow.cloud.tree.delete(FILE)
    flow.cloud.before[call] = error
    assert await gap_of(flow, version) == Gap(reason, str(error))


async def test_a_log_line_from_the_thread_of_a_look_says_which_version_it_is_about(flow: Bench) -> None:
    version = await flow.queue(FILE, b"hello")
    told: dict[str, object] = {}
    flow.cloud.before["open_content"] = lambda: told.update(structlog.contextvars.get_contextvars())
    with structlog.contextvars.bound_contextvars(entry_id=version.entry_id):
        await seen(flow, version)
    assert told == {"entry_id": version.entry_id}


async def test_what_must_wait_is_raised(flow: Bench) -> None:
    version = await flow.queue(FILE, b"hello")
    flow.cloud.before["open_content"] = Throttled("slow down", 7.0, "qps")
    with pytest.raises(Throttled):
        await seen(flow, version)
