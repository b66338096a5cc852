"""One file of 2 GiB through the whole product, with the default limits: read to its end, hashed, never called clean."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import World

SIZE = 2 * 1024**3
PATH = "/Shared/Projects/disk.bin"


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_file_of_two_gib_is_read_to_its_end_and_is_too_large_for_clamd(world: World) -> None:
    world.sections["rules"] = FEW_RULES
    made = world.control(
        "POST", "upload", params={"path": PATH, "actor": "pnovak"}, json={"size": SIZE, "pattern": "zero"}
    )

    summary = await world.once()
    (row,) = await world.verdicts()

    assert summary.unfinished == []
    assert (row.entry_id, row.kind, row.reasons) == (made["entry_id"], "unscannable", ("too-large",))
    assert row.size == SIZE
    assert row.sha256 == "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51"
