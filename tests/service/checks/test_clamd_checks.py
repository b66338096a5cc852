"""What the doctor says of clamd."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.clamd import PrivateClamd
from scanner.inspection.clamd_probes import alert_probes
from scanner.inspection.clamd_session import Answer, Found
from scanner.model import Gap, Unchecked, Unscannable
from scanner.service.checks.clamd_checks import alerts, check_clamd, signatures
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import ClamavSettings
from tests.clamd import StartClamd, settings_for
from tests.disguised_clamd import disguised

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


async def found(address: str) -> list[Diagnosis]:
    return [line async for line in check_clamd(settings_for(address), NOON)]


async def test_settings_that_hide_what_was_not_looked_at_are_warned_of(new_clamd: StartClamd) -> None:
    clamd = new_clamd(AlertEncrypted="no", AlertExceedsMax="no").start()
    lines = {line.subject: line for line in await found(clamd.address)}
    assert [lines[name].level for name in ("clamd", "AlertEncrypted", "AlertExceedsMax")] == ["ok", "warn", "warn"]
    assert lines["AlertEncrypted"].remedy == "Set `AlertEncrypted yes` in clamd.conf, then restart it."


async def test_an_absent_clamd_is_one_line(new_clamd: StartClamd) -> None:
    address = new_clamd().address
    (line,) = await found(address)
    assert (line.level, line.subject) == (Level.UNREACHABLE, "clamd")
    assert address in line.remedy


async def test_of_a_clamd_that_is_too_old_the_version_is_told(clamd: PrivateClamd) -> None:
    with disguised(clamd, b"ClamAV 0.104.4/26700/Tue Nov 18 09:26:22 2025") as one:
        (line,) = await found(one.address)
    assert (line.level, line.finding.split(":", 1)[0]) == (Level.UNREACHABLE, "ClamAV 0.104.4/26700/Tue Nov 18 09")
    assert "too old" in line.finding


async def test_of_several_each_line_says_of_which(new_clamd: StartClamd) -> None:
    here, away = new_clamd().start().address, new_clamd().address
    settings = ClamavSettings.model_validate({"addresses": [away, here]})
    lines = [line async for line in check_clamd(settings, NOON)]
    subjects = [f"{name} ({here})" for name in ("clamd", "signatures", "AlertEncrypted", "AlertExceedsMax")]
    assert [line.subject for line in lines] == [f"clamd ({away})", *subjects]


@pytest.mark.parametrize(
    ("built_at", "level", "finding"),
    [
        (None, Level.WARN, "carry no date: only local signature files are loaded"),
        (NOON - timedelta(days=9), Level.WARN, "are 9 days old"),
        (NOON - timedelta(hours=30), Level.OK, "of 2026-03-03 06:00 UTC"),
    ],
)
def test_signatures_must_be_fresh(built_at: datetime | None, level: Level, finding: str) -> None:
    line = signatures(built_at, NOON, timedelta(days=2))
    assert (line.level, line.finding) == (level, finding)


@pytest.mark.parametrize(
    ("answer", "level", "finding"),
    [
        (Gap(Unscannable.ENCRYPTED, "Heuristics.Encrypted.Zip"), Level.OK, "is on"),
        (None, Level.WARN, "is off: clamd answers OK for what it did not look into"),
        (Gap(Unchecked.ENGINE_ERROR, "no space"), Level.WARN, "could not be found out: no space"),
        (Found("Zip.Odd"), Level.WARN, "could not be found out: Zip.Odd"),
    ],
)
def test_only_the_expected_alert_proves_a_setting(answer: Answer, level: Level, finding: str) -> None:
    line = alerts(alert_probes()[0], answer)
    assert (line.level, line.finding) == (level, finding)
