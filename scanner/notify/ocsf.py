"""A verdict and what was done about it as a Detection Finding of OCSF 1.8 (class 2004, operations.md 8.2). Pure.

Names of files, signatures and people come from strangers: they are values here, cut in length, and never keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from scanner import __version__
from scanner.model import Finding, Severity, StepKind, StepRecord, StepState, Verdict, VerdictKind

OCSF = "1.8.0"
LONGEST = 1_000
"""Characters of one text; a path may have 5,000."""
MOST = 50
"""Findings and reasons told."""
_SEVERITIES = {Severity.LOW: 2, Severity.MEDIUM: 3, Severity.HIGH: 4, Severity.CRITICAL: 5}
_UNSEEN = 3
"""Severity of what nobody could look into."""
_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)
_DELETED = 5
_DISPOSITIONS = ((StepKind.DELETE, _DELETED), (StepKind.REVERT, 11), (StepKind.QUARANTINE, 3))
"""Deleted, corrected, quarantined."""
_RESTORED, _DELAYED, _DETECTED = 9, 14, 15
_ALLOWED, _DENIED, _OBSERVED = 1, 2, 3
_FINGERPRINTING, _RULE = 5, 1
_TITLES = {
    VerdictKind.INFECTED: "Malware in a file",
    VerdictKind.FLAGGED: "A file matches a security rule",
    VerdictKind.UNSCANNABLE: "A file that cannot be checked for malware",
    VerdictKind.UNCHECKED: "A file that has not been checked for malware",
}


class Activity(IntEnum):
    """What an event says of a finding: that it is there, that what had to wait is done, that a person ended it."""

    CREATE = 1
    UPDATE = 2
    CLOSE = 3


_STATUSES = {Activity.CREATE: 1, Activity.UPDATE: 2, Activity.CLOSE: 4}
"""New, in progress, resolved."""


def detection(
    verdict: Verdict,
    plan: Sequence[StepRecord],
    *,
    now: datetime,
    waiting: str = "",
    activity: Activity = Activity.CREATE,
    closed: Mapping[str, str] | None = None,
    deleted: bool = False,
) -> dict[str, Any]:
    """The event. `plan` as it stands, this step included; `waiting`: why the rest of it is not done yet; `closed`: with
    CLOSE, who took back what was done, or deleted the file for good, which `deleted` says, and why.

    `finding_info.uid` is the same for all events about one version in one domain, `metadata.uid` for none of them.
    """
    version = verdict.version
    counting = [one for one in verdict.findings if one.counts][:MOST]
    uid = f"{version.domain}/{version.entry_id}"
    action, disposition = _fate(plan, waiting)
    if activity is Activity.CLOSE:
        action, disposition = (_DENIED, _DELETED) if deleted else (_ALLOWED, _RESTORED)
    return {
        "activity_id": activity.value,
        "category_uid": 2,
        "class_uid": 2004,
        "type_uid": 200400 + activity,
        "time": _ms(now),
        "severity_id": _severity(verdict, counting),
        "status_id": _STATUSES[activity],
        "is_alert": True,
        "action_id": action,
        "disposition_id": disposition,
        "metadata": {
            "version": OCSF,
            "uid": f"{uid}#{activity:d}",
            "product": {"name": "scanner", "vendor_name": "scanner", "version": __version__},
            "profiles": ["security_control"],
        },
        "finding_info": {
            "uid": uid,
            "title": _TITLES.get(verdict.kind, "A file that was checked"),
            "desc": _cut(", ".join(verdict.reasons[:MOST])),
            "types": ["malware" if verdict.kind is VerdictKind.INFECTED else "policy"],
            "created_time": _ms(now),
            **_analytic(counting),
        },
        **_malware(counting),
        "evidences": [{"file": _file(verdict)}],
        "resources": [{"name": _cut(version.path), "uid": version.group_id, "type": "file"}],
        "unmapped": {
            "domain": version.domain,
            "verdict": verdict.kind.value,
            "reasons": [_cut(reason) for reason in verdict.reasons[:MOST]],
            "steps": [_step(one) for one in plan if one.step.kind is not StepKind.NOTIFY],
            **({"waiting": _cut(waiting)} if waiting else {}),
            **({"closed": {key: _cut(text) for key, text in closed.items()}} if closed else {}),
            **({"actor": str(version.actor)} if version.actor is not None else {}),
        },
    }


def _fate(plan: Sequence[StepRecord], waiting: str) -> tuple[int, int]:
    """Action and disposition: the gravest that was done."""
    done = {one.step.kind for one in plan if one.state in _DONE and "gone" not in one.detail}
    for kind, disposition in _DISPOSITIONS:
        if kind in done:
            return _DENIED, disposition
    return _OBSERVED, _DELAYED if waiting else _DETECTED


def _severity(verdict: Verdict, counting: Sequence[Finding]) -> int:
    return max((_SEVERITIES[one.severity] for one in counting), default=_UNSEEN)


def _analytic(counting: Sequence[Finding]) -> dict[str, Any]:
    """The first that names malware, else the first."""
    first = next((one for one in counting if one.malware), counting[0] if counting else None)
    if first is None:
        return {}
    kind = _FINGERPRINTING if first.malware else _RULE
    return {"analytic": {"uid": _cut(first.name), "name": _cut(first.name), "type_id": kind}}


def _malware(counting: Sequence[Finding]) -> dict[str, Any]:
    named = [one for one in counting if one.malware]
    rows = [{"name": _cut(one.name), "provider": one.engine, "classification_ids": [0]} for one in named]
    return {"malware": rows} if rows else {}


def _file(verdict: Verdict) -> dict[str, Any]:
    version, content = verdict.version, verdict.content
    row: dict[str, Any] = {
        "name": _cut(version.name),
        "path": _cut(version.path),
        "type_id": 1,
        "uid": version.entry_id,
    }
    if content is not None:
        digests = ((3, content.sha256), (4, content.sha512))
        row["size"] = content.size
        row["hashes"] = [{"algorithm_id": number, "value": value} for number, value in digests]
    return row


def _step(record: StepRecord) -> Mapping[str, str]:
    told = {"step": record.step.kind.value, "state": record.state.value}
    for key in ("path", "error", "why", "reason"):
        if key in record.detail:
            told[key] = _cut(record.detail[key])
    return told


def _cut(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can smuggle in and UTF-8 refuses."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
