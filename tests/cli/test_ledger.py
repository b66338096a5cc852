"""`scanner ledger` and what it says."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from scanner.cli.commands import app
from scanner.cli.ledger import stoppable
from scanner.errors import RetryLater
from scanner.settings import LedgerSettings
from tests.cli.commands import scanner
from tests.journeys.world import World


def test_it_says_what_it_did_and_that_there_was_nothing_left(world: World) -> None:
    first, second = scanner(world, "ledger", "migrate"), scanner(world, "ledger", "migrate", "--json")
    assert (first.exit_code, "was brought from nothing to the schema of this version" in first.stdout) == (0, True)
    found = json.loads(second.stdout)
    assert (second.exit_code, found["changed"], found["before"]) == (0, False, found["schema"])


def test_a_database_that_is_not_there_is_told_without_its_password(world: World, tmp_path) -> None:
    (tmp_path / "password").write_text("hunter2")
    world.sections["ledger"] = {
        "url": "postgresql://scanner@127.0.0.1:1/ledger",
        "password_file": str(tmp_path / "password"),
    }
    result = scanner(world, "ledger", "migrate")
    assert (result.exit_code, "cannot be opened" in result.stderr) == (2, True)
    shown = scanner(world, "config", "show")
    assert "hunter2" not in result.output + shown.output
    world.sections.pop("ledger")
    assert scanner(world, "ledger", "migrate").exit_code == 0


def test_it_needs_no_files_but_the_ledgers_own(world: World, tmp_path) -> None:
    world.settings()
    written = yaml.safe_load(world.config.read_text())
    gone = str(tmp_path / "gone")
    written["domains"][0] |= {"token_file": gone, "ca_file": gone}
    written["unpack"] = {"passwords_file": gone}

    def said(*words: str) -> Result:
        world.config.write_text(yaml.safe_dump(written))
        return CliRunner().invoke(app, [*words, "--config", str(world.config)], catch_exceptions=False)

    assert said("config", "check").exit_code == 2
    assert said("ledger", "migrate").exit_code == 0
    written["ledger"] = {"url": "postgresql://scanner@127.0.0.1:1/ledger", "password_file": gone}
    result = said("ledger", "migrate")
    assert (result.exit_code, result.stderr.count("cannot be read")) == (2, 1)
    assert "ledger.password_file: the file cannot be read" in result.stderr


def test_a_backup_tells_where_it_is_and_refuses_a_second_in_its_place(world: World, tmp_path) -> None:
    scanner(world, "ledger", "migrate")
    file = tmp_path / "copy.db"
    first, second = scanner(world, "ledger", "backup", str(file)), scanner(world, "ledger", "backup", str(file))
    assert (first.exit_code, f"was copied to {file}: " in first.stdout) == (0, True)
    assert (second.exit_code, "give --force" in second.stderr) == (2, True)
    found = json.loads(scanner(world, "ledger", "backup", str(file), "--force", "--json").stdout)
    assert (found["file"], found["size"], found["rows"]["work"]) == (str(file), file.stat().st_size, 0)


def test_for_a_ledger_on_a_server_the_command_of_postgresql_is_told(world: World) -> None:
    world.sections["ledger"] = {"url": "postgresql://scanner@db.example.com/ledger?sslmode=verify-full"}
    result = scanner(world, "ledger", "backup", "my copy")
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "pg_dump --format=custom --file='my copy' "
        "'postgresql://scanner@db.example.com/ledger?sslmode=verify-full'" in result.stderr
    )


def test_a_move_tells_what_to_change_in_the_settings(world: World, ledger_on_server: LedgerSettings) -> None:
    scanner(world, "ledger", "migrate")
    result = scanner(world, "ledger", "move", "--to", ledger_on_server.url)
    assert (result.exit_code, "each table the same in both" in result.stdout) == (0, True), result.output
    assert f"    ledger:\n      url: {ledger_on_server.url}\n" in result.stdout


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("postgresql://scanner:hunter2@db.example.com/ledger", "must not hold a password"),
        ("postgresql://scanner:hunter2 @db.example.com/ledger", "must not hold spaces"),
        ("mysql://hunter2@db/ledger", "must be"),
        ("sqlite:////data/hunter2.db", "--to must be postgresql://"),
    ],
)
def test_a_target_that_is_none_is_told_without_being_repeated(world: World, to: str, said: str) -> None:
    result = scanner(world, "ledger", "move", "--to", to)
    assert (result.exit_code, said in result.stderr, "hunter2" in result.output) == (2, True, False)


@pytest.mark.parametrize(
    ("written", "said"), [("hunter2\n", "Check --to and --password-file."), (None, "cannot be read")]
)
def test_a_target_that_cannot_be_opened_is_told_by_what_it_was_given_with(
    world: World, tmp_path: Path, written: str | None, said: str
) -> None:
    scanner(world, "ledger", "migrate")
    password = tmp_path / "password"
    if written is not None:
        password.write_text(written)
    to = ("--to", "postgresql://scanner@127.0.0.1:1/ledger", "--password-file", str(password))
    result = scanner(world, "ledger", "move", *to)
    told = result.stderr
    assert (result.exit_code, said in told, "--password-file" in told) == (2, True, True), told
    assert ("ledger.url" in told, "ledger.password_file" in told, "hunter2" in result.output) == (False, False, False)


def test_a_vacuum_shows_on_a_terminal_how_long_it_has_taken(world: World) -> None:
    scanner(world, "ledger", "migrate")
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "scanner", "ledger", "vacuum", "--json", "--config", str(world.config)]
    with os.fdopen(other, "wb") as shown:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=shown, text=True, check=False, timeout=60)
    progress = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert (done.returncode, json.loads(done.stdout)["after"] > 0) == (0, True)
    assert ("writing anew" in progress, "0:00:0" in progress, "%" in progress) == (True, True, False)


def test_a_vacuum_tells_both_sizes(world: World) -> None:
    scanner(world, "ledger", "migrate")
    told, found = scanner(world, "ledger", "vacuum"), json.loads(scanner(world, "ledger", "vacuum", "--json").stdout)
    assert (told.exit_code, f"has {found['before']:,} bytes; it had " in told.stdout) == (0, True)
    assert found["after"] == found["before"] > 0


def test_ctrl_c_ends_a_move_at_its_next_batch() -> None:
    seen: list[tuple[int, int]] = []
    before = signal.getsignal(signal.SIGINT)
    with stoppable(lambda *at: seen.append(at)) as progress:
        progress(1, 3)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(RetryLater, match="nothing was moved"):
            progress(2, 3)
    assert (seen, signal.getsignal(signal.SIGINT)) == ([(1, 3)], before)
