"""What the doctor says of the self-test."""

from __future__ import annotations

import pytest

from scanner.inspection.selftest.examination import Outcome, Report
from scanner.inspection.selftest.formats import Format
from scanner.service.checks.diagnosis import Level
from scanner.service.checks.selftest_checks import check_self_test, diagnosis_of
from tests.clamd import StartClamd
from tests.journeys.world import World
from tests.service.few_samples import FEW

SEEN = {Format.TAR: Outcome.SEEN, Format.ZIP_STORED: Outcome.SEEN}


@pytest.mark.parametrize(
    ("report", "level", "finding"),
    [
        (Report(SEEN), Level.OK, "2 kinds of container are seen into"),
        (
            Report({**SEEN, Format.RAR5: Outcome.REFUSED, Format.AR: Outcome.REFUSED}),
            Level.OK,
            "2 kinds of container are seen into; refused: ar, rar5",
        ),
        (
            Report({**SEEN, Format.WARC: Outcome.BLIND, Format.XZ: Outcome.UNPROVEN}),
            Level.WARN,
            "2 kinds of container are seen into; blind: warc; unproven: xz",
        ),
        (Report(inconclusive="no such signature"), Level.WARN, "inconclusive: no such signature"),
    ],
)
def test_a_report_in_one_line(report: Report, level: Level, finding: str) -> None:
    line = diagnosis_of(report)
    assert (line.level, line.subject, line.finding) == (level, "self-test", finding)
    assert bool(line.remedy) == (level is not Level.OK)


async def test_the_doctor_asks_the_real_engines_also_when_the_rules_are_broken(world: World) -> None:
    (world.folder / "broken.yaml").write_text("id: [")
    world.sections |= {"rules": {"paths": [str(world.folder / "broken.yaml")]}, "clamav": {"max_stream": "2MiB"}}
    line = await check_self_test(world.settings(), FEW)
    assert (line.level, line.finding) == (Level.OK, "5 kinds of container are seen into")


async def test_without_clamd_the_self_test_cannot_be_done(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    assert (await check_self_test(world.settings())).level is Level.UNREACHABLE


async def test_a_file_of_passwords_that_cannot_be_used_is_said(world: World) -> None:
    (world.folder / "passwords").write_bytes(b"x" * 300)
    world.sections["unpack"] = {"passwords_file": str(world.folder / "passwords")}
    line = await check_self_test(world.settings())
    assert (line.level, "256 characters" in line.finding) == (Level.FAIL, True)
