"""YARA files in a service: in force, disabled aloud, swapped."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from scanner.metrics import Metrics
from scanner.metrics.families import YARA_GROUNDS
from scanner.rulebook.yara_files import Ground
from scanner.service.assembly import assembled
from scanner.service.changes.reload import reload_rules
from scanner.service.changes.yara import announce, check_yara, load_yara
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import LocalSettings
from tests.inspection.yara import EVIL
from tests.journeys.world import World

BAD = "\nrule bad { condition: nothing }"


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return LocalSettings.model_validate({"rules": {"paths": [str(tmp_path)]}})


def write(settings: LocalSettings, **sources: str) -> None:
    for name, source in sources.items():
        (settings.rules.paths[0] / f"{name}.yar").write_text(source)


def numbers(metrics: Metrics) -> tuple[float | None, float | None]:
    get = metrics.registry.get_sample_value
    return get("scanner_yara_rules_loaded"), get("scanner_yara_files_disabled", {"reason": "error"})


def test_a_bad_file_is_an_error_in_the_log_and_a_number_and_the_rest_is_in_force(settings: LocalSettings) -> None:
    write(settings, good=EVIL, bad=BAD)
    metrics = Metrics()
    with capture_logs() as lines:
        announce(load_yara(settings), metrics)
    assert numbers(metrics) == (1, 1)
    error, loaded = lines
    assert (error["log_level"], error["event"]) == ("error", "yara.file_disabled")
    assert error["where"].endswith("/bad.yar:2")
    assert error["problem"] == "unknown identifier `nothing`: this identifier has not been declared"
    assert (loaded["event"], loaded["rules"]) == ("yara.loaded", 1)


def test_what_has_not_changed_is_not_compiled_again(settings: LocalSettings) -> None:
    write(settings, good=EVIL)
    first = load_yara(settings)
    assert load_yara(settings, first) is first
    write(settings, good=EVIL + "\n")
    assert load_yara(settings, first) is not first


def test_what_took_too_long_is_tried_again(settings: LocalSettings) -> None:
    slow = settings.model_copy(update={"yara": settings.yara.model_copy(update={"compile_timeout": 0.001})})
    write(settings, good=EVIL)
    first = load_yara(slow)
    assert [file.ground for file in first.disabled] == [Ground.COST]
    assert [rule.name for rule in load_yara(settings, first).rules] == ["evil"]


@pytest.mark.parametrize(
    ("sources", "level", "finding"),
    [
        ({}, Level.OK, "0 rules in 0 files"),
        ({"good": EVIL}, Level.OK, "1 rules in 1 files"),
        ({"good": EVIL, "bad": BAD}, Level.FAIL, "1 files are disabled; the first: "),
    ],
)
def test_the_doctor_says_whether_all_files_are_in_force(
    settings: LocalSettings, sources: dict[str, str], level: Level, finding: str
) -> None:
    write(settings, **sources)
    line = check_yara(settings)
    assert isinstance(line, Diagnosis)
    assert (line.level, line.subject, bool(line.remedy)) == (level, "yara", level is Level.FAIL)
    assert line.finding.startswith(finding)


def test_the_reasons_are_those_of_the_metric() -> None:
    assert tuple(Ground) == YARA_GROUNDS


async def test_a_changed_file_is_in_force_without_a_restart_and_a_broken_one_is_not(world: World) -> None:
    folder = world.folder / "rules"
    folder.mkdir()
    file = folder / "evil.yar"
    file.write_text(EVIL)
    world.sections["rules"] = {"paths": [str(folder)]}
    async with assembled(world.settings()) as parts:
        states = [(list(parts.yara.rules.by_name), numbers(parts.metrics))]
        for source in (EVIL.replace("evil", "worse"), BAD, EVIL):
            file.write_text(source)
            await reload_rules(parts)
            states.append((list(parts.yara.rules.by_name), numbers(parts.metrics)))
    assert states == [
        (["evil.evil"], (1, 0)),
        (["evil.worse"], (1, 0)),
        ([], (0, 1)),
        (["evil.evil"], (1, 0)),
    ]
