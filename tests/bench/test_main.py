"""`python -m bench` measures what it is asked for, and one failure is not the end."""

from pathlib import Path
from typing import Any

import pytest

import bench.__main__ as command


def measured(folder: Path) -> dict[str, Any]:
    return {"met": True, "there": folder.is_dir()}


def broken(folder: Path) -> dict[str, Any]:
    raise RuntimeError("nothing to measure here")


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {"first": measured, "broken": broken, "last": measured}
    monkeypatch.setattr(command, "ALL", runs)
    monkeypatch.setattr(command, "QUICK", {name: {} for name in runs})


@pytest.mark.usefixtures("three")
def test_one_that_fails_keeps_no_other_from_being_measured_and_is_told_by_the_exit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--quick"]) == 2
    said = capsys.readouterr()
    assert said.out.count('"there": true') == 2
    assert [line.split()[0] + " " + line.split("s  ")[-1] for line in said.err.splitlines()[-4:-1]] == [
        "first met",
        "broken FAILED",
        "last met",
    ]
    assert "RuntimeError: nothing to measure here" in said.err
    assert said.err.splitlines()[-1].split() == ["in", "all", "0", "s"]


@pytest.mark.usefixtures("three")
def test_those_that_are_asked_for_are_measured_and_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["last", "--quick"]) == 0
    assert "first" not in capsys.readouterr().err


def test_what_nobody_knows_or_has_no_small_form_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nonsense"]) == 2
    assert command.main(["soak", "--quick"]) == 2
    unknown, whole = capsys.readouterr().err.splitlines()
    assert unknown.startswith("bench: unknown: nonsense; known: latency, ")
    assert whole == "bench: --quick has no small form of soak"


def test_whatever_has_a_small_form_is_known() -> None:
    assert command.QUICK.keys() <= command.ALL.keys()
