"""From a verdict to a plan: what is to be done, with all that doing it needs. Pure.

The plan is complete before anything is touched: it can be printed, recorded as intent and repeated after a crash.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256

from scanner.judge.wording import comment_body
from scanner.model import PLANNED_STEPS, FileVersion, Plan, Step, StepKind, Verdict
from scanner.settings import PolicySettings

_ID_SHOWN = 40
"""Characters of each id in a quarantine name: a whole UUID."""


def plan(verdict: Verdict, policy: PolicySettings, quarantine_folder: str, now: datetime, contact: str) -> Plan:
    """All that the policy for the verdict's kind and the rules that count ask for, in the order of acting.

    `now` dates the quarantine subfolder and the comment; `contact` is the account that a comment names.
    """
    wanted = set(policy.actions_for(verdict.kind))
    for finding in verdict.findings:
        if finding.counts:
            wanted.update(finding.actions or ())
    kinds = [kind for kind in PLANNED_STEPS if kind in wanted]
    steps = []
    for kind in kinds:
        params = {}
        if kind is StepKind.QUARANTINE:
            params = {"destination": quarantine_path(verdict.version, quarantine_folder, now)}
        if kind is StepKind.COMMENT:
            moved = StepKind.QUARANTINE in kinds
            params = {"body": comment_body(verdict, moved=moved, now=now, contact=contact)}
        steps.append(Step(kind, params))
    return Plan(tuple(steps), verdict.reasons if steps else ())


def quarantine_path(version: FileVersion, folder: str, now: datetime) -> str:
    """A full path below a folder of the day: unique for the version, legal for Egnyte (fact sheet 1.4), without an
    extension that anything opens. Ids are opaque, so a digest of both makes the name unique whatever they hold."""
    ids = f"{version.group_id}\0{version.entry_id}"
    digest = sha256(ids.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    name = f"q-{_letters(version.group_id)}-{_letters(version.entry_id)}-{digest}{_extension(version.name)}.q"
    return f"{folder}/{now.astimezone(UTC):%Y-%m-%d}/{name}"


def _letters(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", value[:_ID_SHOWN])


def _extension(name: str) -> str:
    """The last extension, for people who look into the folder; nothing where it is not a plain one."""
    found = re.search(r"\.[A-Za-z0-9]{1,10}\Z", name)
    return found[0].lower() if found else ""
