"""How far a rule is enforced: for a share of files or in some folders first, and not where an exception says so."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from scanner.model import GroupId
from scanner.rulebook.globs import GlobSet
from scanner.rulebook.match import Match, Written
from scanner.rulebook.texts import Line
from scanner.rulebook.until import Until
from scanner.rulebook.values import PathGlobs
from scanner.settings.units import shown

MOST_EXCEPTIONS = 100
"""In one rule."""


def _share(written: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?%", written) or Decimal(written[:-1]) == 0:
        raise ValueError(f"{shown(written)} is no share; write more than 0% and less than 100%, as in 10% or 0.5%")
    return written


class Canary(BaseModel):
    """Who gets a stable rule first; for all others it is as on trial."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    share: Written[Annotated[str, AfterValidator(_share)]] = None
    """Of all files; which ones, a hash of the rule's and the file's id decides."""
    folders: Written[PathGlobs] = None
    """With all below them."""

    @model_validator(mode="after")
    def _says_who(self) -> Canary:
        if self.share is None and self.folders is None:
            raise ValueError("says of no file that it comes first; write share or folders")
        return self

    @cached_property
    def below(self) -> GlobSet | None:
        return GlobSet([glob.rstrip("/") for glob in self.folders], below=True) if self.folders else None

    def takes(self, rule: str, group_id: GroupId) -> bool:
        """Whether a file is in the share. A larger share holds all files of a smaller one."""
        return self.share is not None and place_of(rule, group_id) * 100 < Decimal(self.share[:-1]) * 2**64


def place_of(rule: str, group_id: GroupId) -> int:
    """Where a file stands among all files before this rule: below 2 ** 64, the same for all its versions."""
    written = f"{rule}\0{group_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(written).digest()[:8], "big")


class RuleException(BaseModel):
    """A known case in which a rule's finding does not count."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    match: Match
    """Conditions as in the rule's own."""
    reason: Line
    """Why, in one line."""
    author: Line
    """Who answers for it."""
    until: Until
    """The last day on which it holds, in UTC."""
