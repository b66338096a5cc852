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


async def test_a_domain_is_not_swapped_while_versions_pass(flow: Bench) -> None:
    domain = flow.stations.domains["acme"]
    with pytest.raises(FrozenInstanceError):
        setattr(domain, fields(domain)[0].name, None)
