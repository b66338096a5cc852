"""The domain that is meant: known to the settings, for every command that takes one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
import yaml
from typer.core import TyperOption
from typer.testing import CliRunner

from scanner.cli.commands import app
from scanner.cli.domains import chosen, the_one
from scanner.settings import Settings, load_settings
from tools.command_tables import each_command

TAKING = [
    words.removeprefix("scanner ")
    for words, command in each_command()
    if any(isinstance(one, TyperOption) and "--domain" in one.opts for one in command.params)
]
ORDER = ["--reason", "x", "--by", "jdoe"]
NEEDED = {
    "auth import": ["scanner.yaml"],
    "backfill": ["/Shared/Old", "--yes"],
    "remediation held approve": ["--all", *ORDER],
    "remediation held drop": ["--all", *ORDER],
    "remediation undo": ["--rule", "a", "--since", "1d", "--dry-run"],
    "retry": ["--all"],
}

READING = ["quarantine allowed", "remediation held list", "ledger export", "quarantine list", "verdicts list"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(*names: str) -> Settings:
    Path("token").write_text("t0ken")
    domains = [{"name": name, "host": f"{name}.egnyte.com", "token_file": "token"} for name in names]
    Path("scanner.yaml").write_text(yaml.safe_dump({"domains": domains, "ledger": {"url": "sqlite:///ledger.db"}}))
    return load_settings(Path("scanner.yaml"), environ={})


@pytest.mark.parametrize("command", TAKING)
def test_an_unknown_one_is_a_wrong_use_of_every_command_and_the_known_ones_are_named(
    folder: Path, command: str
) -> None:
    written("acme", "beta")
    CliRunner().invoke(app, ["ledger", "migrate"])
    words = [*command.split(), *NEEDED.get(command, ()), "--domain", "acne"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (2, "")
    where = "the settings or the ledger" if command in READING else "the settings"
    assert result.stderr == (f"There is no domain acne in {where}.\n    Did you mean acme? Known: acme, beta.\n")


@pytest.mark.parametrize("command", READING)
def test_what_only_reads_knows_those_as_well_that_have_gone_from_the_settings(folder: Path, command: str) -> None:
    written("acme", "beta")
    CliRunner().invoke(app, ["ledger", "migrate"])
    with closing(sqlite3.connect(folder / "ledger.db")) as ledger, ledger:
        ledger.execute("INSERT INTO feeds (domain, cursor, epoch) VALUES ('former', 7, 0)")
    result = CliRunner().invoke(app, [*command.split(), "--domain", "former"], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")


def test_without_a_name_all_are_meant_or_one_has_to_be_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = written("acme"), written("acme", "beta")
    assert (chosen(two, None), [it.name for it in chosen(two, "beta")]) == (list(two.domains), ["beta"])
    assert the_one(one, None) == one.domains[0]
    with pytest.raises(typer.Exit) as ended:
        the_one(two, None)
    assert (ended.value.exit_code, capsys.readouterr().err) == (2, "Say which domain with --domain: acme, beta.\n")


def test_of_very_many_not_all_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        chosen(written(*(f"d{number:02}" for number in range(30))), "x")
    assert capsys.readouterr().err.splitlines()[1].endswith(", d18, d19 and 10 more.")
