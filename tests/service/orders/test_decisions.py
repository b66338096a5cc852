"""Which held plans a person means."""

from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.ledger.orders.holding import Decision, HeldPlan
from scanner.model import Brake
from scanner.service.orders.decisions import Choice, decide
from tests.ledger.world import NOON, owner


def plan(number: int, rules: tuple[str, ...], signatures: tuple[str, ...], domain: str = "acme") -> HeldPlan:
    return HeldPlan(number, domain, f"e{number}", f"/Shared/{number}", rules, signatures, Brake.HOUR, "why", NOON)


PLANS = [
    plan(1, ("lure",), ()),
    plan(2, ("lure",), ("Eicar",)),
    plan(3, (), ("Eicar",), "bolt"),
    plan(4, ("Eicar",), ()),
]


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (Choice(), [1, 2, 3, 4]),
        (Choice(rule="lure"), [1, 2]),
        (Choice(signature="Eicar"), [2, 3]),
        (Choice(rule="Eicar"), [4]),
        (Choice(rule="lure", signature="Eicar"), [2]),
        (Choice((2, 3), domain="bolt"), [3]),
        (Choice(signature="eicar"), []),
    ],
)
def test_all_that_is_written_must_hold(choice: Choice, meant: list[int]) -> None:
    assert [one.id for one in choice.of(PLANS)] == meant


@pytest.mark.parametrize(
    ("choice", "everything"), [(Choice(), True), (Choice(domain="acme"), True), (Choice((1,)), False)]
)
def test_a_choice_without_a_word_means_everything(choice: Choice, everything: bool) -> None:
    assert choice.is_everything is everything


async def test_an_id_that_stands_for_nothing_is_an_error_and_decides_nothing(tmp_path: Path) -> None:
    async with owner(tmp_path) as ledger:
        with pytest.raises(ConfigurationError, match="no plan that is held has the id 7"):
            await decide(ledger, Choice((7,)), Decision.DROPPED, reason="r", by="jdoe")
