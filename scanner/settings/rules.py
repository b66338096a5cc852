"""Which rules are in force, and where they are found if nobody says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from scanner.settings.section import Section
from scanner.settings.units import LocalPath, not_empty


def default_rules() -> tuple[Path, ...]:
    """The folder `rules` here; else the rules that are shipped: in the installed package, or beside it in a
    repository."""
    here, package = Path("rules"), Path(__file__).parents[1]
    return (next((one for one in (here, package / "rules", package.parent / "rules") if one.is_dir()), here),)


class RuleSettings(Section):
    """The rulebook."""

    paths: Annotated[tuple[LocalPath, ...], AfterValidator(not_empty)] = Field(
        default_factory=default_rules, json_schema_extra={"default": ["rules"]}
    )
    """Files and folders of rules. Where none is written and no folder `rules` lies here, those that are shipped with
    the program."""
    reload: bool = True
    """Load changed rules without a restart; a broken change is refused and the old rules stay."""
