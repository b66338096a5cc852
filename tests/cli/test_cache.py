"""`scanner cache`: what is kept, what is doubted, and a person's word on both."""

from __future__ import annotations

import asyncio

import pytest

from tests.cli.commands import lines, scanner
from tests.journeys.world import World

FILE = "/Shared/Projects/a.txt"
WHY = ("--reason", "looked into", "--by", "jdoe")


def doubted(world: World) -> None:
    """A look that is kept, and something that speaks against looks of the domain."""
    world.upload(FILE, b"hello")
    asyncio.run(world.once())
    columns = "kind, domain, generation, entry_id, verdict_id, detail, raised_at"
    values = "'content', 'acme', 'g', 'e-7', 1, 'it differs', '2026-05-01 12:00:00.000000'"
    world.rows(f"INSERT INTO cache_doubts ({columns}) VALUES ({values})")


def test_nothing_in_doubt_is_exit_0(world: World) -> None:
    world.upload(FILE, b"hello")
    asyncio.run(world.once())
    shown = scanner(world, "cache", "status", "--json")
    (told,) = lines(shown.stdout)
    assert (shown.exit_code, told["looks"], told["reused"], told["doubts"]) == (0, 1, 0, [])
    assert "1 looks are kept" in scanner(world, "cache", "status").stdout


def test_a_doubt_is_shown_with_its_reach_until_a_person_settles_it(world: World) -> None:
    doubted(world)
    shown = scanner(world, "cache", "status")
    assert (shown.exit_code, "content of version e-7: it differs" in shown.stdout) == (1, True)
    assert "nothing rests on looks for domain acme until `scanner cache settle 1`" in shown.stdout
    settled = scanner(world, "cache", "settle", "1", *WHY, "--json")
    assert (settled.exit_code, lines(settled.stdout)) == (0, [{"settled": 1, "versions": 0, "by": "jdoe"}])
    assert scanner(world, "cache", "status").exit_code == 0
    assert scanner(world, "cache", "settle", "1", *WHY).exit_code == 2


def test_what_rests_on_it_is_put_back_before_it_is_believed_again(world: World) -> None:
    doubted(world)
    world.rows("UPDATE verdicts SET reused = 1")
    assert "of these 1 by a look at the same content" in scanner(world, "coverage").stdout
    assert scanner(world, "cache", "settle", "1", *WHY).stdout == "1 settled; 1 versions are looked at again\n"
    assert world.rows("SELECT state, lane FROM work") == [("queued", "rescan")]


def test_all_looks_can_be_forgotten_and_verdicts_stay(world: World) -> None:
    doubted(world)
    assert scanner(world, "cache", "forget", *WHY).stdout == "1 looks are forgotten\n"
    assert world.rows("SELECT count(*) FROM cache") == [(0,)]
    assert asyncio.run(world.kinds()) == {FILE: "clean"}


@pytest.mark.parametrize("command", [("settle", "1"), ("forget",)])
def test_an_order_needs_a_reason(world: World, command: tuple[str, ...]) -> None:
    doubted(world)
    assert scanner(world, "cache", *command).exit_code == 2


def test_a_verdict_says_on_whose_look_it_rests(world: World) -> None:
    first = str(world.upload(FILE, b"hello")["entry_id"])
    asyncio.run(world.once())
    asyncio.run(world.once())
    second = str(world.act("copy", path=FILE, destination="/Shared/Projects/b.txt")["entry_id"])
    asyncio.run(world.once())
    (told,) = lines(scanner(world, "verdicts", "explain", second, "--json").stdout)
    shown = scanner(world, "verdicts", "explain", second).stdout
    # One in a hundred is looked at all the same.
    if told["verdicts"][0]["reused"] is not None:
        assert told["verdicts"][0]["reused"]["entry_id"] == first
        assert f"not downloaded: engines looked at the same content as version {first} in acme, judged " in shown
    listed = lines(scanner(world, "verdicts", "list", "--json").stdout)
    assert [one["reused"] for one in listed if one["entry_id"] == first] == [False]
