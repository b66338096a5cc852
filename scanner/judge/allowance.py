"""What a release says about its content, in the terms of a suppression. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanner.model import Allowance, Verdict
from scanner.rulebook.suppressions import Suppression

_SPECIAL = re.compile(r"[*?\[]")


def as_suppressions(allowances: Iterable[Allowance]) -> tuple[Suppression, ...]:
    """Findings of the names that were released do not count in this very content; others do."""
    return tuple(_suppression(one) for one in allowances if one.names)


def _suppression(one: Allowance) -> Suppression:
    # Not checked as one from a file is: names of signatures are the engine's, and no rule's id is.
    return Suppression.model_construct(
        name=f"release-{one.id}",
        rule=one.names,
        signature=tuple(_SPECIAL.sub(r"[\g<0>]", name) for name in one.names),
        sha256=(one.sha256,),
        path=None,
        reason=one.because,
        author=one.by,
        until=one.until,
    )


def is_allowed(verdict: Verdict, allowances: Sequence[Allowance]) -> bool:
    """Whether all that is left of the verdict was there when a person released the content: nothing is done then. A
    suppression makes nothing clean that nobody could look into, and so is none for that."""
    return any(set(verdict.reasons) <= set(one.names) for one in allowances)
