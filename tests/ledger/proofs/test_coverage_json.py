"""The account as JSON has one form, also for signing."""

from __future__ import annotations

from collections import Counter

from scanner.ledger.proofs.audit_chain import canonical
from scanner.ledger.proofs.coverage import Coverage, EventAccount, Figures, Place, SeenGap, Unheld, Unlisted
from scanner.ledger.proofs.coverage_json import account
from tests.ledger.world import NOON, after


def test_everything_counted_is_in_it_and_nothing_that_has_two_forms() -> None:
    figures = Figures(2, Counter(infected=1, clean=1), open=Counter(x=1), oldest_open=after(1))
    found = Coverage(
        NOON,
        None,
        after(9),
        (Place("acme", "/Shared", figures),),
        (EventAccount("acme", 0, 1, 0, {"own_action": 1}, 3, 5),),
        (SeenGap("acme", "expired", None, after(2), after(3), None),),
        (Unlisted("acme", 1, 2),),
        (Unheld("acme", after(4)),),
    )
    assert account(found) == {
        "at": "2026-03-04T12:00:00.000000Z",
        "since": None,
        "until": "2026-03-04T12:00:09.000000Z",
        "complete": False,
        "places": [
            {
                **{"domain": "acme", "folder": "/Shared", "seen": 2, "judged": {"clean": 1, "infected": 1}},
                **{"unscannable": {}, "unchecked": {}, "open": {"x": 1}, "gone": 0, "superseded": 0},
                **{"unaccounted": 0, "reused": 0, "oldest_open": "2026-03-04T12:00:01.000000Z"},
            }
        ],
        "events": [
            {
                **{"domain": "acme", "epoch": 0, "recorded": 2, "queued": 1, "walk": 0, "skipped": {"own_action": 1}},
                **{"first_id": 3, "last_id": 5, "ids_without_event": 1, "without_version": 0},
            }
        ],
        "gaps": [
            {
                **{"domain": "acme", "reason": "expired", "since": None, "until": "2026-03-04T12:00:02.000000Z"},
                **{"opened_at": "2026-03-04T12:00:03.000000Z", "closed_at": None},
            }
        ],
        "unlisted": [{"domain": "acme", "waiting": 1, "refused": 2}],
        "unheld": [{"domain": "acme", "until": "2026-03-04T12:00:04.000000Z"}],
    }
    assert canonical(account(found)).isascii()
