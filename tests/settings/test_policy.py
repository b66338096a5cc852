"""What each verdict leads to, and what else for certain reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scanner.errors import ConfigurationError
from scanner.model import StepKind, Unchecked, Unscannable, VerdictKind
from scanner.settings import PolicySettings, load_settings

COMMENT, MOVE, TAG = StepKind.COMMENT, StepKind.QUARANTINE, StepKind.TAG


def test_a_clean_version_leads_to_nothing_whatever_the_policy() -> None:
    policy = PolicySettings.model_validate({"flagged": ["comment", "quarantine"]})
    actions = {kind: policy.actions_for(kind) for kind in VerdictKind}
    assert actions == {
        VerdictKind.CLEAN: (),
        VerdictKind.FLAGGED: (StepKind.COMMENT, StepKind.QUARANTINE),
        VerdictKind.INFECTED: (StepKind.REVOKE_LINKS, StepKind.QUARANTINE, StepKind.COMMENT),
        VerdictKind.UNSCANNABLE: (StepKind.COMMENT,),
        VerdictKind.UNCHECKED: (),
    }


BY_REASON = PolicySettings.model_validate(
    {"reasons": {"encrypted": ["quarantine", "comment"], "format": [], "access-refused": ["tag"]}}
)


@pytest.mark.parametrize(
    ("kind", "reasons", "actions"),
    [
        (VerdictKind.UNSCANNABLE, [Unscannable.FORMAT], ()),
        (VerdictKind.UNSCANNABLE, [Unscannable.ENCRYPTED], (MOVE, COMMENT)),
        (VerdictKind.UNSCANNABLE, [Unscannable.LIMITS], (COMMENT,)),
        (VerdictKind.UNSCANNABLE, [Unscannable.FORMAT, Unscannable.LIMITS], (COMMENT,)),
        (VerdictKind.UNSCANNABLE, [Unscannable.LIMITS, Unscannable.ENCRYPTED], (COMMENT, MOVE)),
        (VerdictKind.UNSCANNABLE, [], (COMMENT,)),
        (VerdictKind.UNCHECKED, [Unchecked.ACCESS_REFUSED], (TAG,)),
        (VerdictKind.UNCHECKED, [Unchecked.POISON], ()),
        (VerdictKind.INFECTED, [Unscannable.FORMAT], (StepKind.REVOKE_LINKS, MOVE, COMMENT)),
        (VerdictKind.FLAGGED, [Unscannable.ENCRYPTED], ()),
        (VerdictKind.CLEAN, [Unscannable.ENCRYPTED], ()),
    ],
)
def test_a_reason_may_lead_to_something_else_than_its_kind(
    kind: VerdictKind, reasons: list[Unscannable | Unchecked], actions: tuple[StepKind, ...]
) -> None:
    assert BY_REASON.actions_for(kind, reasons) == actions


def test_all_steps_are_known_that_any_of_it_may_lead_to() -> None:
    assert PolicySettings().steps == {StepKind.REVOKE_LINKS, MOVE, COMMENT}
    assert BY_REASON.steps == {StepKind.REVOKE_LINKS, MOVE, COMMENT, TAG}


@pytest.mark.parametrize(
    ("reasons", "problem"),
    [
        ({"engine-down": ["comment"]}, '"engine-down" is no reason for which a version ends'),
        ({"not-found": ["comment"]}, '"not-found" is no reason for which a version ends'),
        ({"formt": ["comment"]}, "use encrypted, too-large, "),
        ({7: ["comment"]}, "7 is no reason"),
        ({"format": ["release"]}, '"release" is not an action'),
        ({"format": ["tombstone"]}, "needs quarantine or delete beside it"),
        ({"format": "tag"}, "valid tuple"),
        (["format"], "valid dictionary"),
    ],
)
def test_what_could_lead_to_nothing_is_refused(reasons: Any, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        PolicySettings.model_validate({"reasons": reasons})


def test_nobody_to_tell_is_told_for_reasons_too(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t" * 20)
    written = f"domains: [{{name: acme, host: acme.egnyte.com, token_file: {tmp_path}/token}}]\n"
    written += "policy:\n  reasons:\n    formt: []\n    encrypted: [notify]\n"
    (tmp_path / "scanner.yaml").write_text(written)
    with pytest.raises(ConfigurationError) as raised:
        load_settings(tmp_path / "scanner.yaml", environ={})
    assert [(one.where.rpartition(":")[2], one.what.partition(":")[0]) for one in raised.value.problems] == [
        ("4", "policy.reasons.formt"),
        ("5", "policy.reasons.encrypted"),
    ]
