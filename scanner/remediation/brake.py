"""The brake: a bad rule or a bad signature update must not empty a domain. Pure.

It holds acts, never judgement: what is held stays recorded and is done when there is room, or when a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from scanner.settings import RemediationSettings


class Counts(Protocol):
    """Files put into quarantine in one domain within the last hour."""

    @property
    def total(self) -> int: ...
    @property
    def by_rule(self) -> Mapping[str, int]:
        """By rule, signature or other reason on whose account it was done."""
        ...


def held(counts: Counts, reasons: Sequence[str], limits: RemediationSettings) -> str | None:
    """Why one more quarantine on account of `reasons` must wait; None where it may go ahead."""
    if counts.total >= limits.max_per_hour:
        return (
            f"{counts.total} files were quarantined in the last hour; remediation.max_per_hour is {limits.max_per_hour}"
        )
    for reason in reasons:
        count = counts.by_rule.get(reason, 0)
        if count >= limits.max_per_rule_per_hour:
            return (
                f"{count} files were quarantined for {reason} in the last hour; "
                f"remediation.max_per_rule_per_hour is {limits.max_per_rule_per_hour}"
            )
    return None
