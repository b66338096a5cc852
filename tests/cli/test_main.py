"""The command as a whole: what it says of itself, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner import __version__
from scanner.cli.commands import app
from tests.cli.commands import COMMANDS, GROUPS

GOLDEN = Path(__file__).parents[1] / "golden" / "help"
RULES = Path(__file__).parents[2] / "rules"
WIDTH = "100"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": WIDTH}, prog_name="scanner", catch_exceptions=False)


def plain(text: str) -> str:
    """Without colours, and without the spaces that fill the lines."""
    return "\n".join(line.rstrip() for line in ANSI.sub("", text).splitlines()).strip() + "\n"


@pytest.mark.parametrize("command", [*GROUPS, *COMMANDS], ids=lambda words: "-".join(words) or "scanner")
def test_the_help_of_every_command_is_the_one_that_was_read_over(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    golden = GOLDEN / f"{'-'.join(command) or 'scanner'}.txt"
    assert (result.exit_code, result.stderr) == (0, "")
    assert plain(result.stdout) == golden.read_text(), f"if it is meant, write the new text into {golden}"


def test_there_is_no_help_of_a_command_that_is_gone() -> None:
    names = {"-".join(command) or "scanner" for command in [*GROUPS, *COMMANDS]}
    assert {file.stem for file in GOLDEN.iterdir()} == names


@pytest.mark.parametrize("group", GROUPS, ids=lambda words: "-".join(words) or "scanner")
def test_a_group_without_a_command_shows_its_help_and_is_a_wrong_use(group: tuple[str, ...]) -> None:
    result = run(*group)
    assert (result.exit_code, "Commands" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["config", "chekc"], "Did you mean 'check'?"),
        (["run", "--bogus"], "No such option: --bogus"),
        (["scan"], "Missing argument 'paths'"),
        (["scan", "not-there"], "path 'not-there' does not exist"),
        (["verdicts", "list", "--kind", "odd"], "is not one of 'clean'"),
        (["verdicts", "list", "--limit", "0"], "greater than or equal to 1"),
        (["verdicts", "list", "--limit", "-1"], "greater than or equal to 1"),
        (["verdicts", "list", "--limit", "10001"], "less than or equal to 10000"),
        (["doctor", "--deploy", "--files-per-day", "9" * 30], "less than or equal to 1000000000"),
        (["cache", "settle", "9" * 30, "--reason", "r", "--by", "j"], "is the id of nothing"),
        (["quarantine", "disallow", "9" * 30, "--reason", "r", "--by", "j"], "is the id of nothing"),
        (["remediation", "held", "drop", "0", "--reason", "r", "--by", "j"], "is the id of nothing"),
        (["quarantine", "release", "x", "--reason", "r"], "should be a valid integer"),
        (["quarantine", "release", "7"], "Missing option '--reason'"),
    ],
)
def test_a_wrong_use_is_said_on_standard_error_with_exit_2(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(plain(result.stderr).replace("│", " ").split())


@pytest.mark.parametrize("command", [["run"], ["doctor"], ["verdicts", "list"], ["quarantine", "list"]])
def test_without_settings_every_command_names_the_missing_file(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("scanner.yaml: cannot be read: No such file or directory\n")


def test_the_version_is_a_result() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"scanner {__version__}\n", "")


@pytest.mark.parametrize("how", [[], ["--json"]], ids=["for people", "as JSON"])
def test_a_result_that_cannot_be_written_is_none(how: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "scanner", "rules", "list", str(RULES), *how]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (3, "The result cannot be written: No space left on device\n")


def test_a_name_that_the_output_cannot_take_is_written_out(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "\u0434\u0430").write_text("hello")
    command = [sys.executable, "-m", "scanner", "scan", "\u0434\u0430"]
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1", "SCANNER__CLAMAV__ADDRESS": "unix:/none.sock"}
    ended = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False, timeout=60, env=environ)
    assert (ended.returncode, b"\\u0434\\u0430" in ended.stdout, ended.stderr) == (3, True, b"")


@pytest.mark.parametrize(
    "words",
    [["rules", "list", "--json", str(RULES)], ["rules", "list", str(RULES)], ["rules", "--help"], ["--version"]],
    ids=["JSON", "a table", "help", "version"],
)
def test_a_reader_that_goes_away_ends_it_without_a_word_and_not_as_if_something_was_found(words: list[str]) -> None:
    """As in `scanner rules list --json | head -1`."""
    command = [sys.executable, "-m", "scanner", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 141


INTERRUPTED = """
import os, signal, sys

# Not so in the background of a shell.
signal.signal(signal.SIGINT, signal.default_int_handler)

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "scanner.cli.commands":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder)
from scanner.cli import main
main()
"""


def test_ctrl_c_while_commands_are_loaded_ends_it_without_a_word() -> None:
    command = [sys.executable, "-c", INTERRUPTED, "rules", "list", str(RULES)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_for_the_version_no_command_is_loaded() -> None:
    code = "import sys; from scanner.cli import main; main(); print(*sys.modules)"
    command = [sys.executable, "-c", code, "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    said, _, modules = ended.stdout.partition("\n")
    assert (said, ended.stderr) == (f"scanner {__version__}", "")
    assert not {"typer", "rich", "pydantic", "structlog", "scanner.settings"} & set(modules.split())


def test_what_is_logged_during_a_command_is_not_among_its_results_and_holds_no_secret() -> None:
    code = (
        "import sys, structlog; from scanner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "structlog.get_logger('scanner.test').warning('something.odd', detail='token=abcdefghijkl')\n"
    )
    command = [sys.executable, "-c", code, "config", "schema"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    (line,) = ended.stderr.splitlines()
    assert (json.loads(ended.stdout)["title"], json.loads(line)["event"]) == ("Settings", "something.odd")
    assert "abcdefghijkl" not in line
