"""What engines are asked about in these tests, and how their answers are compared."""

from __future__ import annotations

import random

from demo import samples
from scanner.inspection.engine import Content, Engine, NobodyToAsk
from scanner.model import EntryId, FileVersion, GroupId, Unchecked, Unscannable

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.bin")
EICAR = samples.eicar()
MIB = 1024**2
Reason = Unchecked | Unscannable


def slow() -> bytes:
    """A zip that takes clamd more than a second: members that differ, so that its cache does not help."""
    noise = random.Random(1)
    return samples.zip_of({f"{n}.txt": noise.randbytes(99) + b"abc" * 200_000 for n in range(400)})


def looked(engine: Engine, content: Content) -> tuple[tuple[str, ...], Reason | None]:
    inspection = engine.inspect(VERSION, NobodyToAsk(), content)
    assert inspection.engine == "clamd"
    assert all(finding.malware and finding.counts for finding in inspection.findings)
    return tuple(one.name for one in inspection.findings), inspection.gap.reason if inspection.gap else None


PLAIN_NAME = "Demo.Test.Eicar-Prefix.UNOFFICIAL"
