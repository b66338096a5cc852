"""`scanner remediation held`: the list, and a person's word on it."""

from __future__ import annotations

import asyncio

import pytest

from demo.samples import eicar
from tests.cli.commands import lines, scanner
from tests.journeys.world import QUARANTINE, World

HELD = ("remediation", "held")
WORD = ("--reason", "looked at by hand", "--by", "jdoe")


def names(world: World) -> tuple[str, list[int]]:
    """Two files are acted on, two are held: the signature, and the ids of those."""
    world.sections["remediation"] = {"max_per_hour": 2}
    for number in range(4):
        world.upload(f"/Shared/Projects/{number}.com", eicar())
    asyncio.run(world.once())
    plans = lines(scanner(world, *HELD, "list", "--json").stdout)
    (signature,) = {name for one in plans for name in one["signatures"]}
    return signature, [one["id"] for one in plans]


def in_quarantine(world: World) -> int:
    asyncio.run(world.once())
    return sum(place.startswith(QUARANTINE) for place in world.places().values())


def test_the_list_shows_what_is_held_and_why(world: World) -> None:
    signature, ids = names(world)
    shown = scanner(world, *HELD, "list", "--signature", signature)
    assert (shown.exit_code, len(ids)) == (1, 2)
    assert shown.stdout.count("2 files were acted on in the last hour; remediation.max_per_hour is 2") == 2
    other = scanner(world, *HELD, "list", "--rule", signature)
    assert (other.exit_code, other.stdout.count("/Shared")) == (0, 0)


def test_what_is_approved_goes_on_with_the_next_run(world: World) -> None:
    _, ids = names(world)
    result = scanner(world, *HELD, "approve", str(ids[0]), *WORD)
    assert (result.exit_code, result.stdout) == (0, "1 plans approved\n")
    assert in_quarantine(world) == 3
    assert world.rows("SELECT decision, decided_by, decided_because FROM holds ORDER BY id") == [
        ("approved", "jdoe", "looked at by hand"),
        (None, None, None),
    ]


def test_what_is_dropped_stays_where_it_is_and_says_who_wanted_that(world: World) -> None:
    signature, _ = names(world)
    result = scanner(world, *HELD, "drop", "--signature", signature, *WORD, "--json")
    assert lines(result.stdout) == [{"decision": "dropped", "plans": 2, "by": "jdoe"}]
    assert in_quarantine(world) == 2
    dropped = world.rows("SELECT DISTINCT state, detail FROM steps WHERE state NOT IN ('success', 'already_done')")
    assert dropped == [("dropped", '{"by": "jdoe", "reason": "looked at by hand"}')]
    assert scanner(world, *HELD, "list").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name ids, a --rule or a --signature; or --all without them.\n"),
        (("3", "--all"), "Name ids, a --rule or a --signature; or --all without them.\n"),
        (("--rule", "no-such-rule"), "Nothing of that kind is held. See `scanner remediation held list`.\n"),
        (("99",), "id: no plan that is held has the id 99\n    See `scanner remediation held list`.\n"),
    ],
)
def test_an_order_that_means_nothing_is_exit_2(world: World, words: tuple[str, ...], said: str) -> None:
    asyncio.run(world.once())
    result = scanner(world, *HELD, "drop", *words, *WORD)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_to_decide_on_all_where_nothing_is_held_is_done_at_once(world: World) -> None:
    scanner(world, "ledger", "migrate")
    result = scanner(world, "remediation", "held", "drop", "--all", "--reason", "over", "--by", "jdoe")
    assert (result.exit_code, result.stdout) == (0, "Nothing is held.\n")
