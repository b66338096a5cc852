"""What the processes of `bench/engine.py` agree on."""

from __future__ import annotations

from scanner.model import ContentFacts, EntryId, FileVersion, GroupId

DOMAIN = "acme"
SCAN = 0.010
"""Seconds that the fake scan takes."""
CONCURRENCY = 8
"""Versions at work in one process, as the product's default is."""
FEED_EVERY = 0.02
"""Seconds from one version to the next, where the time until it is claimed is measured."""
VERDICT_FACTS = ContentFacts(30_000, "ab" * 32, "cd" * 64, "application/pdf")


def version(name: str) -> FileVersion:
    return FileVersion(DOMAIN, GroupId(f"g-{name}"), EntryId(name), f"/Shared/bench/{name}.pdf")
