"""What a service goes by, on record from its start on: so that a verdict of a year ago can be held against it."""

from __future__ import annotations

import hashlib

from scanner import __version__
from scanner.ledger.ledger import Ledger
from scanner.ledger.proofs.audit import SERVICE, Action
from scanner.ledger.proofs.audit_chain import canonical
from scanner.rulebook.rule import Rulebook
from scanner.rulebook.suppressions import Suppressions
from scanner.settings import Settings


async def record_start(settings: Settings, rulebook: Rulebook, suppressions: Suppressions, ledger: Ledger) -> None:
    """Version, and digests of settings, rules and suppressions. Settings name secrets by their files only."""
    said: dict[str, object] = {
        **{"version": __version__, "settings": settings_digest(settings)},
        **{"rules": rulebook.digest, "suppressions": suppressions.digest},
        **{"domains": [one.name for one in settings.domains], "mode": settings.remediation.mode},
    }
    await ledger.proofs.act(Action.STARTED, SERVICE, said, by=SERVICE)


async def record_change(action: Action, digest: str, count: int, ledger: Ledger) -> None:
    """Other rules, or suppressions, are in force from now on."""
    await ledger.proofs.act(action, action.value, {"digest": digest, "count": count}, by=SERVICE)


def settings_digest(settings: Settings) -> str:
    """Of all settings in force, wherever they come from."""
    return hashlib.sha256(canonical(_whole(settings.model_dump(mode="json"))).encode("ascii")).hexdigest()


def _whole(value: object) -> object:
    """Without fractions: a text of them has one form."""
    if isinstance(value, dict):
        return {str(key): _whole(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    return repr(value) if isinstance(value, float) else value
