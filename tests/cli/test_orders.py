"""Who orders something, and why."""

import getpass

import pytest
import typer

from scanner.cli.orders import LONGEST, _who, _why, this_user
from tests.cli.commands import scanner
from tests.journeys.world import World


@pytest.mark.parametrize("written", ["", "  ", "a\nb", "\x1b[2J", "x" * (LONGEST + 1), "right\u202eleft"])
def test_a_reason_is_one_line_that_says_something(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="must"):
        _why(written)


@pytest.mark.parametrize(("written", "kept"), [(" a false alarm ", "a false alarm"), ("x" * LONGEST, "x" * LONGEST)])
def test_a_reason_is_kept_as_it_is_written(written: str, kept: str) -> None:
    assert _why(written) == kept


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container under a number that stands in no passwd."""

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nobody)


ORDERS = [
    ["cache", "forget", "--reason", "x"],
    ["quarantine", "release", "7", "--reason", "x"],
    ["quarantine", "purge", "--request", "--reason", "x"],
    ["remediation", "undo", "--rule", "a", "--since", "1d", "--reason", "x"],
    ["remediation", "held", "drop", "7", "--reason", "x"],
    ["coverage", "state"],
]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_nobody_named_is_the_user_of_this_system_and_where_that_has_no_name_it_has_to_be_said(
    world: World, order: list[str], nameless: None
) -> None:
    result = scanner(world, *order)
    assert (result.exit_code, result.stdout, "Traceback" in result.stderr) == (2, "", False)
    assert "say who with --by NAME" in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_name_that_is_none_is_refused(world: World, order: list[str]) -> None:
    for name in ("", "  ", "a\nb"):
        result = scanner(world, *order, "--by", name)
        assert (result.exit_code, "--by" in result.stderr) == (2, True)


def test_to_be_shown_something_nobody_need_be_named(world: World, nameless: None) -> None:
    world.sections["quarantine"] = {"purge_after": "90d"}
    scanner(world, "ledger", "migrate")
    assert scanner(world, "quarantine", "purge").exit_code == 0
    assert scanner(world, "remediation", "undo", "--rule", "a", "--since", "1d", "--dry-run").exit_code == 0


def test_whoever_is_named_stands_for_it() -> None:
    assert (this_user(), _who(" jdoe ")) == (getpass.getuser(), "jdoe")
