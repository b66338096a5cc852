"""A clamd of one's own: up, configured as recommended, and gone without a trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.clamd import SETTINGS, find_clamd
from demo.samples import eicar, zip_of
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_session import Found
from tests.clamd import StartClamd, settings_for

RECOMMENDED = (Path(__file__).parents[2] / "docs" / "clamav.md").read_text()


def test_it_answers_while_it_is_up_and_not_before_or_after(new_clamd: StartClamd) -> None:
    clamd = new_clamd()
    before = clamd.answers()
    with clamd:
        during = clamd.answers()
    assert (before, during, clamd.answers()) == (False, True, False)


def test_it_knows_the_test_file_whole_and_at_the_start_of_a_longer_one(new_clamd: StartClamd) -> None:
    clamd = Clamd(settings_for(new_clamd().start().address))
    for content in (eicar(), eicar() + b"\n", zip_of({"a.com": eicar()})):
        assert isinstance(clamd.answer(content), Found)
    assert clamd.answer(b"hello") is None


def test_one_that_cannot_start_says_its_last_words(new_clamd: StartClamd) -> None:
    with pytest.raises(RuntimeError, match="clamd did not start: "):
        new_clamd(MaxThreads="none").start()


def test_settings_of_the_test_win_over_the_recommended_ones(new_clamd: StartClamd) -> None:
    clamd = new_clamd(AlertEncrypted="no")
    clamd.prepare()
    assert "\nAlertEncrypted no\n" in clamd.config.read_text()


@pytest.mark.parametrize("name", ["AlertExceedsMax", "AlertEncrypted", "MaxScanTime", "StreamMaxLength"])
def test_it_runs_with_what_the_documentation_recommends(name: str) -> None:
    (row,) = (line for line in RECOMMENDED.splitlines() if line.startswith("|") and f"`{name}`" in line)
    assert f"`{SETTINGS[name]}`" in row


def test_a_machine_without_clamd_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(FileNotFoundError, match=re.escape("apt-get install clamav-daemon")):
        find_clamd()
