"""Everything that is on record about a version."""

import pytest
from sqlalchemy import update

from scanner.ledger import explaining
from scanner.ledger.databases.database import Database
from scanner.ledger.tables import feeds, work
from scanner.model import (
    VerdictKind,
)
from tests.ledger.world import FACTS, after

INFECTED, UNCHECKED = VerdictKind.INFECTED, VerdictKind.UNCHECKED


@pytest.mark.parametrize("entry", ["eicar", "/Shared/eicar.txt"])
def test_an_explanation_has_everything_recorded_about_a_version(filled: Database, entry):
    (found,) = filled.run_here(lambda c: explaining.explain(c, entry))
    assert (found.domain, found.path, found.group_id, found.entry_id) == (
        "acme",
        "/Shared/eicar.txt",
        "g-eicar",
        "eicar",
    )
    assert (found.kind, found.reasons, found.state, found.outcome) == (INFECTED, ("Eicar", "rule-1"), "waiting", None)
    assert (found.starts, found.first_seen_at, found.done_at, found.waits_for) == (1, after(10), None, None)
    assert [(one["event_id"], one["disposition"], one["occurred_at"]) for one in found.events] == [
        (3, "queued", after(3))
    ]
    assert [(one["kind"], one["judged_at"], one["sha256"]) for one in found.verdicts] == [
        ("infected", after(30), FACTS.sha256)
    ]
    assert [(one["kind"], one["state"], one["because"]) for one in found.steps] == [
        ("quarantine", "success", ["Eicar", "rule-1"]),
        ("comment", "planned", ["Eicar", "rule-1"]),
    ]


def test_the_same_versions_are_shown_in_a_row_each(filled: Database):
    for entry in ("eicar", "/Shared/eicar.txt"):
        (row,) = filled.run_here(lambda c: explaining.shown(c, entry))  # noqa: B023 -- run at once
        assert (row.entry_id, row.kind, row.reasons, row.sha256) == (
            "eicar",
            INFECTED,
            ("Eicar", "rule-1"),
            FACTS.sha256,
        )
    assert filled.run_here(lambda c: explaining.shown(c, "nobody")) == []


def test_an_explanation_says_what_a_version_waits_for_or_how_it_ended(filled: Database):
    (down,) = filled.run_here(lambda c: explaining.explain(c, "down"))
    (gone,) = filled.run_here(lambda c: explaining.explain(c, "gone"))
    assert (down.kind, down.reasons, down.waits_for) == (UNCHECKED, ("engine-down",), "engine-down: no answer")
    assert (gone.reasons, gone.outcome, gone.done_at, gone.verdicts) == (("gone",), "gone", after(70), ())


def test_an_explanation_says_where_a_listing_last_showed_a_version_and_is_found_by_that(filled: Database):
    where = {"seen_at": after(80), "seen_path": "/Shared/Elsewhere.txt", "missed_at": after(90)}
    filled.run_here(lambda c: c.execute(work.update().where(work.c.entry_id == "eicar").values(**where)))
    (found,) = filled.run_here(lambda c: explaining.explain(c, "/Shared/Elsewhere.txt"))
    assert (found.entry_id, found.path) == ("eicar", "/Shared/eicar.txt")
    assert (found.listed_at, found.listed_path, found.missed_at) == (after(80), "/Shared/Elsewhere.txt", after(90))


def test_an_entry_nobody_knows_has_no_explanation(filled: Database):
    assert filled.run_here(lambda c: explaining.explain(c, "nobody")) == []


@pytest.mark.parametrize(("pruned", "said"), [(None, None), (after(9), None), (after(10), after(10))])
def test_an_explanation_says_where_events_may_be_missing(filled: Database, pruned, said):
    filled.run_here(lambda c: c.execute(update(feeds).values(pruned_to=pruned)))
    (found,) = filled.run_here(lambda c: explaining.explain(c, "eicar"))
    assert found.unheld_until == said
