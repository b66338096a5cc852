"""The brake: a bad rule or a bad signature update must not empty a domain. Pure.

It holds acts, never judgement: what is held stays recorded until a person decides. All of it is counted from the
ledger, so that a restart neither forgets nor frees anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from scanner.model import Brake, Hold
from scanner.settings import RemediationSettings


class Counts(Protocol):
    """What happened in one domain. The last hour, and the week before it."""

    @property
    def total(self) -> int:
        """Files on which a plan was begun in the last hour, without those that a person approved."""
        ...

    @property
    def by_name(self) -> Mapping[str, int]:
        """Of these, by rule, signature or other reason on whose account it was done."""
        ...

    @property
    def judged(self) -> int:
        """Versions judged in the last hour."""
        ...

    @property
    def found(self) -> Mapping[str, int]:
        """Of these, by reason of the verdict; also those whose plan is held."""
        ...

    @property
    def usually_judged(self) -> int:
        """Versions judged in the week before."""
        ...

    @property
    def usually_found(self) -> Mapping[str, int]: ...


def held(counts: Counts, rules: Sequence[str], signatures: Sequence[str], limits: RemediationSettings) -> Hold | None:
    """Why one more plan on account of these must wait; None where it may go ahead. The first limit reached is told:
    the domain's, then those of each rule and signature, then the share of the traffic."""
    return next(_limits_reached(counts, rules, signatures, limits), None)


def _limits_reached(
    counts: Counts, rules: Sequence[str], signatures: Sequence[str], limits: RemediationSettings
) -> Iterator[Hold]:
    if counts.total >= limits.max_per_hour:
        reason = (
            f"{counts.total} files were acted on in the last hour; remediation.max_per_hour is {limits.max_per_hour}"
        )
        yield Hold(Brake.HOUR, "", reason)
    yield from _beyond(Brake.RULE, counts, rules, "max_per_rule_per_hour", limits.max_per_rule_per_hour)
    yield from _beyond(
        Brake.SIGNATURE, counts, signatures, "max_per_signature_per_hour", limits.max_per_signature_per_hour
    )
    for name in (*rules, *signatures):
        unusual = _unusual(counts, name, limits)
        if unusual is not None:
            yield Hold(Brake.SHARE, name, unusual)


def _beyond(brake: Brake, counts: Counts, names: Sequence[str], setting: str, limit: int) -> Iterator[Hold]:
    for name in names:
        count = counts.by_name.get(name, 0)
        if count >= limit:
            reason = f"{count} files were acted on for {name} in the last hour; remediation.{setting} is {limit}"
            yield Hold(brake, name, reason)


def _unusual(counts: Counts, name: str, limits: RemediationSettings) -> str | None:
    """Held where `found / judged > max(max_share_percent / 100, unusual_factor * usually_found / usually_judged)`, once
    there is enough of both to say so: three bad files of ten in a quiet night are no sign of anything."""
    found, judged = counts.found.get(name, 0), counts.judged
    if found < limits.share_min_found or judged < limits.share_min_judged:
        return None
    usual = counts.usually_found.get(name, 0) / counts.usually_judged if counts.usually_judged else 0.0
    allowed = max(limits.max_share_percent / 100, limits.unusual_factor * usual)
    if found / judged <= allowed:
        return None
    return (
        f"{name} flags {found} of the {judged} versions judged in the last hour ({_percent(found / judged)}); usual is "
        f"{_percent(usual)}, allowed {_percent(allowed)} (remediation.max_share_percent and unusual_factor)"
    )


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
