"""`scanner retry`: what was given up, and its way back."""

from __future__ import annotations

import asyncio

import pytest

from tests.cli.commands import lines, scanner
from tests.journeys.world import World

FILES = ("/Shared/Projects/a.txt", "/Shared/Projects/b.txt")


def given_up(world: World) -> list[str]:
    """Two versions that we were refused; by now we are not. Gives their entry ids."""
    entries = [str(world.upload(path, path.encode())["entry_id"]) for path in FILES]
    world.fault(route="/fs-content/", status=403, count=2, body={"errorMessage": "You do not have permission"})
    asyncio.run(world.once())
    assert asyncio.run(world.reasons()) == dict.fromkeys(FILES, "unchecked access-refused")
    return entries


def test_the_list_says_how_many_and_why(world: World) -> None:
    assert scanner(world, "retry", "--list").exit_code == 2
    given_up(world)
    listed = scanner(world, "retry", "--list", "--json")
    (group,) = lines(listed.stdout)
    assert (listed.exit_code, group["domain"], group["reason"], group["versions"]) == (
        *(1, "acme"),
        *("access-refused", 2),
    )
    assert "access-refused" in scanner(world, "retry", "--list").stdout
    other = scanner(world, "retry", "--list", "--reason", "poison", "--json")
    assert (other.exit_code, other.stdout) == (0, "")


@pytest.mark.parametrize("options", [("--all",), ("--reason", "access-refused", "--domain", "acme")])
def test_what_was_given_up_is_looked_at_again(world: World, options: tuple[str, ...]) -> None:
    given_up(world)
    result = scanner(world, "retry", *options, "--json")
    assert (result.exit_code, lines(result.stdout)) == (0, [{"versions": 2}])
    asyncio.run(world.once())
    assert asyncio.run(world.kinds()) == dict.fromkeys(FILES, "clean")


def test_one_version_is_meant_by_its_entry_id(world: World) -> None:
    first, _ = given_up(world)
    assert scanner(world, "retry", first).stdout == "1 versions are looked at again\n"
    asyncio.run(world.once())
    assert asyncio.run(world.kinds()) == {FILES[0]: "clean", FILES[1]: "unchecked"}


@pytest.mark.parametrize("options", [("--all",), ("--reason", "poison")])
def test_nothing_to_do_is_done_at_once(world: World, options: tuple[str, ...]) -> None:
    scanner(world, "ledger", "migrate")
    said, told = scanner(world, "retry", *options), scanner(world, "retry", *options, "--json")
    assert (said.exit_code, said.stdout) == (0, "Nothing of that kind was given up.\n")
    assert (told.exit_code, lines(told.stdout)) == (0, [{"versions": 0}])


@pytest.mark.parametrize("options", [(), ("--all", "--reason", "poison"), ("--domain", "acme"), ("nobody",)])
def test_what_means_nothing_is_said_and_is_exit_2(world: World, options: tuple[str, ...]) -> None:
    given_up(world)
    assert scanner(world, "retry", *options).exit_code == 2
