"""What every order of a person carries: who gives it and why. Both go into the ledger, and often into a comment."""

from __future__ import annotations

import getpass
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


def _who(value: str) -> str:
    return _line(value) or getpass.getuser()


ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.", callback=_why)]
ByOption = Annotated[str, typer.Option("--by", help="Who orders it.", show_default="this system's user", callback=_who)]
OptionalReason = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.", callback=_line)]
"""For commands that first only show what they would do."""
