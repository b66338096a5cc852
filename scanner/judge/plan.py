"""From a verdict to a plan: what is to be done, with all that doing it needs. Pure.

The plan is complete before anything is touched: it can be printed, recorded as intent and repeated after a crash.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from scanner.judge.wording import Fate, comment_body, tombstone_text
from scanner.model import PLANNED_STEPS, FileVersion, Plan, Step, StepKind, Unchecked, Unscannable, Verdict, VerdictKind
from scanner.settings import PolicySettings

_ID_SHOWN = 40
"""Characters of each id in a quarantine name: a whole UUID."""
_REASONS_TAGGED = 500
"""Characters; how long a property may be is not documented (fact sheet 7.3)."""
_NOT_BESIDE_DELETE = frozenset({StepKind.QUARANTINE, StepKind.LOCK, StepKind.COMMENT})


def plan(verdict: Verdict, policy: PolicySettings, quarantine_folder: str, now: datetime, contact: str) -> Plan:
    """All that the policy for the verdict's kind and the rules that count ask for, in the order of acting.

    `now` dates the quarantine subfolder and the comment; `contact` is the account that a comment names.
    """
    wanted = set(policy.actions_for(verdict.kind, _reasons(verdict)))
    for finding in verdict.findings:
        if finding.counts:
            wanted.update(finding.actions or ())
    kinds = _kinds(wanted)
    if not kinds:
        return Plan()  # of most versions: nothing has to be worded for them
    params = _params(verdict, kinds, now, contact)
    if StepKind.QUARANTINE in kinds:
        params[StepKind.QUARANTINE] = {"destination": quarantine_path(verdict.version, quarantine_folder, now)}
        if StepKind.REVOKE_LINKS in kinds:
            params[StepKind.QUARANTINE]["links"] = "revoke"
    return Plan(tuple(Step(kind, params.get(kind, {})) for kind in kinds), verdict.reasons)


def _reasons(verdict: Verdict) -> list[Unscannable | Unchecked]:
    """For which it is of its kind: of an unchecked version, what may pass, though something else will not."""
    kind = Unchecked if verdict.kind is VerdictKind.UNCHECKED else Unscannable
    gaps = (one.gap for one in verdict.inspections if one.gap is not None)
    return [gap.reason for gap in gaps if isinstance(gap.reason, kind)]


def _kinds(wanted: Collection[StepKind]) -> list[StepKind]:
    """In the order of acting. What is deleted is not moved as well, and nobody reads a comment on it; nothing marks the
    place of what is still there."""
    unwanted = _NOT_BESIDE_DELETE if StepKind.DELETE in wanted else frozenset()
    if not {StepKind.QUARANTINE, StepKind.DELETE} & set(wanted):
        unwanted |= {StepKind.TOMBSTONE}
    return [kind for kind in PLANNED_STEPS if kind in wanted and kind not in unwanted]


def _params(
    verdict: Verdict, kinds: Collection[StepKind], now: datetime, contact: str
) -> dict[StepKind, dict[str, str]]:
    """Of all but the quarantine."""
    told = partial(comment_body, verdict, now=now, contact=contact)
    fate = Fate.MOVED if StepKind.QUARANTINE in kinds else Fate.LOCKED if StepKind.LOCK in kinds else Fate.LEFT
    body = {"body": told(fate=fate)}
    if StepKind.REVERT in kinds:
        body["reverted"] = told(fate=Fate.REVERTED)
    fate = Fate.DELETED if StepKind.DELETE in kinds else Fate.MOVED
    return {
        StepKind.COMMENT: body,
        StepKind.LOCK: {"token": _digest(verdict.version, now.isoformat())[:32]},
        StepKind.TAG: {
            "verdict": verdict.kind.value,
            "reasons": ", ".join(verdict.reasons)[:_REASONS_TAGGED],
            "checked_at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        },
        StepKind.TOMBSTONE: {"body": tombstone_text(verdict, fate=fate, now=now, contact=contact)},
    }


def quarantine_path(version: FileVersion, folder: str, now: datetime) -> str:
    """A full path below a folder of the day: unique for the version, legal for Egnyte (fact sheet 1.4), without an
    extension that anything opens. Ids are opaque, so a digest of both makes the name unique whatever they hold."""
    digest = _digest(version)[:8]
    name = f"q-{_letters(version.group_id)}-{_letters(version.entry_id)}-{digest}{_extension(version.name)}.q"
    return f"{folder}/{now.astimezone(UTC):%Y-%m-%d}/{name}"


def _digest(version: FileVersion, *more: str) -> str:
    ids = "\0".join([version.group_id, version.entry_id, *more])
    return sha256(ids.encode("utf-8", "surrogatepass")).hexdigest()


def _letters(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", value[:_ID_SHOWN])


def _extension(name: str) -> str:
    """The last extension, for people who look into the folder; nothing where it is not a plain one."""
    found = re.search(r"\.[A-Za-z0-9]{1,10}\Z", name)
    return found[0].lower() if found else ""
