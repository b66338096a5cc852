from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import Content, Inquiry, NobodyToAsk
from scanner.inspection.panel import Panel
from scanner.model import FileVersion, Finding, Gap, Inspection, Unchecked, Unscannable
from tests.clamd import settings_for
from tests.contents import Spooled
from tests.inspection import VERSION

EICAR = samples.eicar()
MALWARE = Finding("clamd", "Demo.Test.Eicar-Prefix.UNOFFICIAL", malware=True)


@dataclass
class Listener:
    """An engine that finds one thing and remembers what it was told."""

    name: str
    gap: Gap | None = None
    told: list[tuple[Inquiry, tuple[Finding, ...]]] = field(default_factory=list)

    def version(self) -> str:
        return "1"

    def ready(self) -> Gap | None:
        return self.gap

    def inspect(
        self, version: FileVersion, inquiry: Inquiry, content: Content, earlier: tuple[Finding, ...] = ()
    ) -> Inspection:
        self.told.append((inquiry, earlier))
        time.sleep(0.01)
        return Inspection(self.name, self.version(), (Finding(self.name, "seen"),))


def test_engines_look_in_order_and_are_told_what_was_found(spooled: Spooled) -> None:
    first, second, third = Listener("a"), Listener("b"), Listener("c")

    nobody = NobodyToAsk()
    inspections = Panel((first, second, third)).inspect(VERSION, nobody, spooled(b"x"))

    assert [replace(one, seconds=0.0) for one in inspections] == [
        Inspection(name, "1", (Finding(name, "seen"),)) for name in "abc"
    ]
    assert all(0.01 <= one.seconds < 5 for one in inspections)
    assert third.told == [(nobody, (Finding("a", "seen"), Finding("b", "seen")))]


@pytest.mark.parametrize(
    ("data", "findings", "reason"),
    [
        (samples.docx("hello"), (), None),
        (EICAR, (MALWARE,), None),
        (samples.truncated(samples.zip_of({"a.com": EICAR, "b": b"b"})), (), Unscannable.CORRUPT),
        (samples.encrypted_zip_of("a.com", EICAR, b"x"), (), Unscannable.ENCRYPTED),
        (samples.zip_of({"a.com": EICAR})[:-2] + b"\x01\x00", (MALWARE,), None),
    ],
)
def test_clamd_and_containers_together(
    clamd: PrivateClamd, spooled: Spooled, data: bytes, findings: tuple[Finding, ...], reason: Unscannable | None
) -> None:
    panel = Panel((Containers(1024**2), Clamd(settings_for(clamd.address))))

    inspections = panel.inspect(VERSION, NobodyToAsk(), spooled(data))

    assert panel.names == {one.engine for one in inspections} == {"containers", "clamd"}
    assert tuple(finding for one in inspections for finding in one.findings) == findings
    assert next((one.gap.reason for one in inspections if one.gap), None) is reason


def test_the_first_engine_that_could_not_look_is_the_answer() -> None:
    down = Gap(Unchecked.ENGINE_DOWN, "no socket")

    assert Panel((Listener("a"), Listener("b", gap=down))).ready() == down
    assert Panel((Listener("a"), Listener("b"))).ready() is None


def test_an_engine_that_raises_is_not_passed_over(spooled: Spooled) -> None:
    class Broken(Listener):
        def inspect(self, *_: object, **__: object) -> Inspection:  # type: ignore[override]
            raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        Panel((Broken("a"), Listener("b"))).inspect(VERSION, NobodyToAsk(), spooled(b"x"))
