"""Exit codes, messages and printing that all commands share."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from scanner.cli.common import (
    ExitCode,
    load_or_exit,
    note,
    print_json,
    print_table,
    printable,
    say,
    stopped_by_user_errors,
    tracked,
)
from scanner.errors import (
    CloudUnavailable,
    ConfigurationError,
    Forbidden,
    LedgerUnavailable,
    Problem,
    ScannerError,
    TokenRefused,
)
from scanner.model import EntryId, FileVersion, GroupId, VerdictKind


def test_the_exit_codes_are_those_of_the_readme() -> None:
    assert {code.name: code.value for code in ExitCode} == {"NOTHING_FOUND": 0, "FOUND": 1, "USAGE": 2, "UNFINISHED": 3}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError([Problem("f:1", "is wrong", "Mend it.")]), 2),
        (LedgerUnavailable("another process has it"), 2),
        (CloudUnavailable("no answer"), 3),
        (TokenRefused("renew the token"), 3),
        (Forbidden("not allowed", 403), 3),
    ],
)
def test_what_a_user_can_mend_or_wait_out_ends_with_a_message_and_no_traceback(
    error: ScannerError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, stopped_by_user_errors():
        raise error
    assert (ended.value.exit_code, *capsys.readouterr()) == (code, "", f"{error}\n")


def test_where_a_call_ended_the_command_its_request_id_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    error = Forbidden("move: HTTP 403", 403)
    error.request_id = "3f2a"
    with pytest.raises(typer.Exit), stopped_by_user_errors():
        raise error
    assert capsys.readouterr() == ("", "move: HTTP 403\n    The call has the request id 3f2a at Egnyte.\n")


def test_a_defect_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), stopped_by_user_errors():
        raise ZeroDivisionError


def test_settings_that_are_not_there_end_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        load_or_exit(tmp_path / "scanner.yaml")
    assert ended.value.exit_code == ExitCode.USAGE
    assert "scanner.yaml: cannot be read: No such file or directory" in capsys.readouterr().err


def test_results_and_remarks_go_to_different_places(capsys: pytest.CaptureFixture[str]) -> None:
    say("a result")
    note("a remark")
    assert capsys.readouterr() == ("a result\n", "a remark\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcødé 文字", "plain ünïcødé 文字"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("lone \ud800", "lone \\ud800"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u200bb\u2028c", "a\\u200bb\\u2028c"),
    ],
)
def test_a_file_name_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("show", [say, note])
def test_a_file_name_cannot_forge_a_line(show: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    show("infected  /Shared/a.txt\nclean  /Shared/b.txt", "  a second line of ours")
    assert "".join(capsys.readouterr()).splitlines() == [
        "infected  /Shared/a.txt\\nclean  /Shared/b.txt",
        "  a second line of ours",
    ]


def test_nor_a_row_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["path", "kind"], [["/Shared/a\n/Shared/b  clean", "infected"]])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert rows == [["/Shared/a\\n/Shared/b", "clean", "infected"]]


def test_nor_the_problem_of_another_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), stopped_by_user_errors():
        raise ConfigurationError([Problem("a\nb.yaml: is fine", "is wrong", "Mend it.")])
    assert capsys.readouterr().err == "a\\nb.yaml: is fine: is wrong\n    Mend it.\n"


def test_json_is_one_line_of_ascii_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    version = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/é\ud800\n\x1b")
    print_json(
        {"version": version, "kind": VerdictKind.CLEAN, "at": datetime(2026, 3, 4, tzinfo=UTC), "in": Path("/x")}
    )
    out = capsys.readouterr().out
    got = json.loads(out)
    assert (out.count("\n"), out.isascii()) == (1, True)
    assert (got["version"]["path"], got["kind"], got["at"], got["in"]) == (
        version.path,
        "clean",
        "2026-03-04T00:00:00Z",
        "/x",
    )


def test_a_table_in_a_pipe_is_neither_wrapped_nor_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["path", "kind"], [["/Shared/" + "x" * 300, "[red]clean[/red]"], ["/Shared/\x1b[2J", 5]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["path", "kind"]
    assert lines[2].split() == ["/Shared/" + "x" * 300, "[red]clean[/red]"]
    assert lines[3].split() == ["/Shared/\\x1b[2J", "5"]


def test_columns_stand_below_their_names_also_where_letters_are_wide(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["path", "kind"], [["文字", "clean"], ["a", "infected"]])
    assert capsys.readouterr().out.splitlines() == ["path   kind", "─" * 15, "文字   clean", "a      infected"]


def test_without_a_terminal_there_is_no_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tracked(iter("abc"), 3, "Doing")) == ["a", "b", "c"]
    assert (capsys.readouterr().out, capsys.readouterr().err) == ("", "")
