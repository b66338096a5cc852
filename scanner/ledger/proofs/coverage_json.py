"""The account as JSON: the same for commands and for signed statements, without fractions. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scanner.ledger.proofs.audit_chain import moment
from scanner.ledger.proofs.coverage import Coverage, EventAccount, Figures, SeenGap


def account(found: Coverage) -> dict[str, Any]:
    """Counts by word in the order of the words, moments in UTC."""
    return {
        "at": moment(found.at),
        "since": _moment(found.since),
        "until": _moment(found.until),
        "complete": found.complete,
        "places": [
            {"domain": place.domain, "folder": place.folder, **_figures(place.figures)} for place in found.places
        ],
        "events": [_events(one) for one in found.events],
        "gaps": [_gap(one) for one in found.gaps],
        "unlisted": [{"domain": one.domain, "waiting": one.waiting, "refused": one.refused} for one in found.unlisted],
        "unheld": [{"domain": one.domain, "until": moment(one.until)} for one in found.unheld],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "seen": figures.seen,
        "judged": dict(sorted(figures.judged.items())),
        "unscannable": dict(sorted(figures.unscannable.items())),
        "unchecked": dict(sorted(figures.unchecked.items())),
        "open": dict(sorted(figures.open.items())),
        "gone": figures.gone,
        "superseded": figures.superseded,
        "unaccounted": figures.unaccounted,
        "reused": figures.reused,
        "oldest_open": _moment(figures.oldest_open),
    }


def _events(one: EventAccount) -> dict[str, Any]:
    return {
        "domain": one.domain,
        "epoch": one.epoch,
        "recorded": one.recorded,
        "queued": one.queued,
        "walk": one.walk,
        "skipped": dict(sorted(one.skipped.items())),
        "first_id": one.first_id,
        "last_id": one.last_id,
        "ids_without_event": one.ids_without_event,
        "without_version": one.without_version,
    }


def _gap(one: SeenGap) -> dict[str, Any]:
    return {
        "domain": one.domain,
        "reason": one.reason,
        "since": _moment(one.since),
        "until": _moment(one.until),
        "opened_at": moment(one.opened_at),
        "closed_at": _moment(one.closed_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
