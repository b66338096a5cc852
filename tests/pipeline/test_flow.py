import asyncio
import threading
from pathlib import Path

from demo.clamd import PrivateClamd
from scanner.cloud.memory import MemoryCloud
from scanner.errors import CloudUnavailable
from scanner.model import Outcome, VerdictKind
from scanner.pipeline.flow import settle
from tests.pipeline.house import NOW, flow


async def test_a_clean_version_is_judged_and_done_in_one_go(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        assert await settle("acme", here.version.entry_id, here.stations) is None

        row = await here.row()
        assert (row.kind, row.reasons, row.state, row.size) == (VerdictKind.CLEAN, (), "done", 4)


async def test_work_that_has_ended_is_not_done_again(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        await settle("acme", here.version.entry_id, here.stations)
        assert await settle("acme", here.version.entry_id, here.stations) is None

        (explained,) = await here.stations.ledger.explain(here.version.entry_id)
        assert (explained.starts, len(explained.verdicts)) == (1, 1)


async def test_an_api_that_is_away_leaves_the_work_open_and_its_attempts_untouched(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        here.put_before(Held(here.cloud, CloudUnavailable("cut")))
        due = await settle("acme", here.version.entry_id, here.stations)

        assert due is not None
        assert due > NOW
        row, run = await here.row(), await here.take()
        assert (row.kind, row.reasons, row.state) == (VerdictKind.UNCHECKED, ("cloud-unavailable",), "waiting")
        assert (run.starts, run.attempts) == (2, 1)


async def test_work_cut_off_by_the_end_of_the_grace_goes_back_unharmed(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        held = Held(here.cloud)
        here.put_before(held)
        task = asyncio.create_task(settle("acme", here.version.entry_id, here.stations))
        await asyncio.to_thread(held.reached.wait, 10)
        task.cancel()
        await asyncio.wait([task])
        held.go_on.set()

        row, run = await here.row(), await here.take()
        assert (task.cancelled(), row.reasons, row.state) == (True, ("shutdown",), "waiting")
        assert (run.starts, run.attempts) == (2, 1)


class Held(MemoryCloud):
    """Keeps whoever opens a content waiting, or refuses it."""

    def __init__(self, cloud: MemoryCloud, error: Exception | None = None) -> None:
        super().__init__()
        self.tree = cloud.tree
        self.error = error
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def open_content(self, *args, **kwargs):
        self.reached.set()
        if self.error is not None:
            raise self.error
        self.go_on.wait(10)
        return super().open_content(*args, **kwargs)


async def test_a_deleted_file_ends_as_gone_without_a_verdict(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        here.cloud.tree.delete(here.version.path)
        assert await settle("acme", here.version.entry_id, here.stations) is None

        (explained,) = await here.stations.ledger.explain(here.version.entry_id)
        assert (explained.outcome, explained.verdicts) == (Outcome.GONE, ())
