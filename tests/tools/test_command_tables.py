"""The page of commands names every one."""

from tests.cli.commands import COMMANDS
from tools.command_tables import commands_page, each_command


def test_every_command_has_a_heading_in_the_order_of_the_help() -> None:
    headings = [line.removeprefix("### ") for line in commands_page().splitlines() if line.startswith("### ")]
    assert set(headings) == {f"scanner {' '.join(words)}" for words in COMMANDS}
    assert headings == [words for words, _ in each_command()]


def test_every_command_says_what_it_does_and_so_does_every_option() -> None:
    silent = [words for words, command in each_command() if not command.help]
    for words, command in each_command():
        silent += [f"{words} {one.name}" for one in command.params if getattr(one, "help", "") in ("", None)]
    assert [one for one in silent if not one.endswith((" version", " help"))] == []


def test_every_command_shows_an_example_of_itself() -> None:
    assert [words for words, command in each_command() if f"Example: {words}" not in (command.help or "")] == []
