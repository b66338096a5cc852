from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from demo.samples import eicar
from scanner.cloud.memory import MemoryCloud
from scanner.errors import Forbidden
from scanner.model import GroupId, Lane, StepState, VerdictKind
from scanner.pipeline.flow import settle
from tests.pipeline.house import NOW, PATH, flow

STEPS = ("revoke_links", "quarantine", "comment")


async def steps(here):
    (explained,) = await here.stations.ledger.explain(here.version.entry_id)
    return {step["kind"]: step["state"] for step in explained.steps}


async def test_an_infected_file_is_moved_and_commented_in_this_order(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, eicar()) as here:
        assert await settle("acme", here.version.entry_id, here.stations) is None

        assert await steps(here) == {"revoke_links": "already_done", "quarantine": "success", "comment": "success"}
        assert PATH.lower() not in here.cloud.tree.files


async def test_a_dry_run_records_the_same_plan_and_moves_nothing(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, eicar(), remediation={"mode": "dry-run"}) as here:
        assert await settle("acme", here.version.entry_id, here.stations) is None

        assert await steps(here) == dict.fromkeys(STEPS, StepState.DRY_RUN)
        assert PATH.lower() in here.cloud.tree.files


async def test_a_comment_that_would_be_a_lie_is_not_written(tmp_path: Path, clamd: PrivateClamd):
    async with flow(tmp_path, clamd.address, eicar()) as here:
        here.put_before(WithoutRight(here.cloud))
        assert await settle("acme", here.version.entry_id, here.stations) is None

        assert await steps(here) == {"revoke_links": "already_done", "quarantine": "failed", "comment": "failed"}


class WithoutRight(MemoryCloud):
    """Whose account may not move files."""

    def __init__(self, cloud: MemoryCloud) -> None:
        super().__init__()
        self.tree = cloud.tree

    async def move(self, group_id: GroupId, destination: str) -> str:
        raise Forbidden(f"no right to move {group_id} to {destination}", 403)


@pytest.mark.parametrize("limit", ["max_per_hour", "max_per_rule_per_hour"])
async def test_the_brake_holds_the_second_file_and_judges_on(tmp_path: Path, clamd: PrivateClamd, limit: str):
    async with flow(tmp_path, clamd.address, eicar(), remediation={limit: 1}) as here:
        assert await settle("acme", here.version.entry_id, here.stations) is None
        second = here.cloud.tree.upload("/Shared/Projects/second.txt", eicar())
        version = type(here.version)("acme", second.group_id, second.entry_id, "/Shared/Projects/second.txt")
        await here.stations.ledger.queue_versions("acme", [version], Lane.LIVE)
        here.version = version
        due = await settle("acme", version.entry_id, here.stations)

        assert due is not None
        assert due > NOW
        assert await steps(here) == dict.fromkeys(STEPS, StepState.BRAKED)
        assert (await here.row()).kind is VerdictKind.INFECTED
