"""What every order of a person carries: who gives it and why. Both go into the ledger, and often into a comment."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

LONGEST = 500
"""Characters. A comment of the platform takes about two thousand (fact sheet 6), with ours around it."""


def _line(value: str) -> str:
    line = value.strip()
    if not line.isprintable() or len(line) > LONGEST:
        raise typer.BadParameter(f"must be one line of at most {LONGEST} characters")
    return line


def _why(value: str) -> str:
    line = _line(value)
    if not line:
        raise typer.BadParameter("must not be empty: it is what others will read a year from now")
    return line


def row_id(value: int) -> int:
    """Of a row in the ledger, whose numbers are no larger."""
    if not 0 < value < 2**63:
        raise typer.BadParameter(f"{value} is the id of nothing")
    return value


def row_ids(values: list[int] | None) -> list[int] | None:
    return None if values is None else [row_id(one) for one in values]


def _who(value: str) -> str:
    line = _line(value)
    if not line:
        raise typer.BadParameter("must not be empty: say who with --by NAME")
    return line


def _who_if_given(value: str | None) -> str | None:
    return None if value is None else _who(value)


def this_user() -> str:
    """As the environment or the system names them; where a container runs under a bare number, nobody does."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise typer.BadParameter(f"this system has no name for user {os.getuid()}: say who with --by NAME") from None


ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.", callback=_why)]
ByOption = Annotated[
    str,
    typer.Option(
        "--by", help="Who orders it.", default_factory=this_user, show_default="this system's user", callback=_who
    ),
]
OptionalReason = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.", callback=_line)]
OptionalBy = Annotated[
    str | None,
    typer.Option("--by", help="Who orders it.", show_default="this system's user", callback=_who_if_given),
]
"""Both for commands that first only show what they would do, which nobody need stand for."""
