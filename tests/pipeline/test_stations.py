"""What the flow is made of is settled before the first version comes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from scanner.pipeline.stations import Domain, Stations
from tests.pipeline.bench import Bench


@pytest.mark.parametrize("kind", [Domain, Stations])
def test_nothing_has_a_default_that_somebody_could_forget_to_replace(kind: type) -> None:
    with pytest.raises(TypeError, match="missing"):
        kind()


async def test_nothing_is_swapped_while_versions_pass(flow: Bench) -> None:
    for part in (flow.stations, flow.stations.domains["acme"]):
        with pytest.raises(FrozenInstanceError):
            setattr(part, fields(part)[0].name, None)
