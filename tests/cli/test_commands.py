"""The list of commands."""

from scanner.cli.commands import app
from scanner.cli.healthcheck import alone, healthcheck
from tests.cli.commands import COMMANDS


def test_each_command_stands_in_the_list_once() -> None:
    assert sorted(set(COMMANDS)) == sorted(COMMANDS)


def test_the_command_that_also_works_alone_is_the_one_in_the_list() -> None:
    assert healthcheck in [command.callback for command in app.registered_commands]
    assert alone.__module__ == healthcheck.__module__
