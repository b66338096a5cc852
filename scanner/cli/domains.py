"""Which of the domains in the settings are meant. A name that is mistyped must not look like a domain in which there is
nothing: every command that takes one refuses it alike."""

from __future__ import annotations

import difflib
from typing import Annotated, NoReturn

import typer

from scanner.cli.common import ExitCode, stop
from scanner.settings import DomainSettings, Settings

DomainOption = Annotated[str | None, typer.Option(help="Only this domain.")]
MOST_NAMED = 20


def chosen(settings: Settings, name: str | None) -> list[DomainSettings]:
    """The domain of that name, or all. Exit 2 where there is none."""
    found = [one for one in settings.domains if name in (None, one.name)]
    if not found and name is not None:
        refuse(name, "the settings", [one.name for one in settings.domains])
    return found


def refuse(name: str, where: str, names: list[str]) -> NoReturn:
    """Exit 2, with what it may have been."""
    stop(f"There is no domain {name} in {where}.", f"    {_hint(name, names)}", code=ExitCode.USAGE)


def the_one(settings: Settings, name: str | None) -> DomainSettings:
    """The domain of that name, or the only one there is. Exit 2 where it has to be said which."""
    found = chosen(settings, name)
    if len(found) > 1:
        stop(f"Say which domain with --domain: {', '.join(one.name for one in found)}.", code=ExitCode.USAGE)
    return found[0]


def _hint(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    known = f"Known: {', '.join(names[:MOST_NAMED])}{more}."
    return f"Did you mean {near[0]}? {known}" if near else known
