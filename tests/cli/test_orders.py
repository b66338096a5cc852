"""Who orders something, and why."""

import getpass

import pytest
import typer

from scanner.cli.orders import LONGEST, _who, _why


@pytest.mark.parametrize("written", ["", "  ", "a\nb", "\x1b[2J", "x" * (LONGEST + 1), "right\u202eleft"])
def test_a_reason_is_one_line_that_says_something(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="must"):
        _why(written)


@pytest.mark.parametrize(("written", "kept"), [(" a false alarm ", "a false alarm"), ("x" * LONGEST, "x" * LONGEST)])
def test_a_reason_is_kept_as_it_is_written(written: str, kept: str) -> None:
    assert _why(written) == kept


def test_nobody_named_is_the_user_of_this_system() -> None:
    assert (_who(" "), _who("jdoe")) == (getpass.getuser(), "jdoe")
