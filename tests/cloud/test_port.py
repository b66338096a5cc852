"""Client and twin have every call of the port, with its parameters."""

from __future__ import annotations

import inspect

import pytest

from scanner.cloud.client import EgnyteClient
from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import Cloud, Priority

CALLS = [name for name, _ in inspect.getmembers(Cloud, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [EgnyteClient, MemoryCloud])
@pytest.mark.parametrize("name", CALLS)
def test_a_cloud_takes_what_the_port_says(kind: type, name: str) -> None:
    expected, found = (inspect.signature(getattr(each, name)).parameters for each in (Cloud, kind))

    assert [(each.name, each.kind) for each in found.values()] == [(each.name, each.kind) for each in expected.values()]


def test_the_classes_of_calls_are_in_order() -> None:
    assert [each.name for each in sorted(Priority)] == [
        "FEED", "REMEDIATION", "LIVE", "RECONCILE", "RESCAN", "BACKFILL", "ENRICHMENT",
    ]  # fmt: skip
