from pathlib import Path

from demo.clamd import PrivateClamd
from demo.samples import eicar
from scanner.model import Outcome, Unchecked
from scanner.pipeline.look import FETCH, Gone, Looked, look
from tests.pipeline.house import PATH, flow


async def test_a_content_is_shown_to_every_engine_and_counted(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, eicar()) as here:
        looked = await look(await here.take(), here.stations)

        assert isinstance(looked, Looked)
        assert [(one.engine, one.complete) for one in looked.inspections] == [("containers", True), ("clamd", True)]
        assert looked.content is not None
        assert looked.content.size == 68
        label = {"engine": "clamd"}
        assert here.metrics.registry.get_sample_value("scanner_scanned_bytes_total", label) == 68


async def test_while_clamd_is_away_nothing_is_downloaded(tmp_path: Path):
    async with flow(tmp_path, f"unix:{tmp_path}/none.sock", b"plan") as here:
        here.cloud.tree.delete(PATH)  # a download would find this out
        looked = await look(await here.take(), here.stations)

        assert isinstance(looked, Looked)
        ((inspection,), content) = looked.inspections, looked.content
        assert (inspection.engine, content) == (FETCH, None)
        assert inspection.gap is not None
        assert inspection.gap.reason is Unchecked.ENGINE_DOWN


async def test_a_deleted_file_is_gone(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        here.cloud.tree.delete(PATH)

        assert await look(await here.take(), here.stations) == Gone(Outcome.GONE)


async def test_a_version_that_was_pruned_is_superseded_by_the_current_one(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, b"plan") as here:
        newer = here.cloud.tree.upload(PATH, b"plan 2")
        stored = here.cloud.tree.by_group(here.version.group_id)
        stored.versions[:] = [one for one in stored.versions if one.entry_id == newer.entry_id]
        looked = await look(await here.take(), here.stations)

        assert isinstance(looked, Gone)
        assert looked.newer is not None
        assert (looked.outcome, looked.newer.entry_id) == (Outcome.SUPERSEDED, newer.entry_id)
