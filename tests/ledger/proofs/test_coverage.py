"""Each version stands in exactly one place of the account, whatever its row says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.ledger.proofs.coverage import (
    Coverage,
    EventAccount,
    Facts,
    Figures,
    Folders,
    Place,
    SeenGap,
    Standing,
    Unlisted,
    stand,
)
from scanner.model import VerdictKind
from tests.ledger.world import NOON, after

CLEAN, INFECTED = VerdictKind.CLEAN, VerdictKind.INFECTED


def facts(state: str, outcome: str | None = None, gap: str | None = None, kind: str | None = None, *told: str) -> Facts:
    return Facts(state, outcome, gap, kind, json.dumps(told) if told else None)


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (facts("done", "judged", None, "clean"), (CLEAN, "")),
        (facts("queued", None, None, "infected"), (INFECTED, "")),  # its steps are open
        (facts("done", "judged", None, "unscannable", "encrypted"), (Standing.UNSCANNABLE, "encrypted")),
        (facts("done", None, None, "unscannable", "my-rule", "limits"), (Standing.UNSCANNABLE, "limits")),
        (facts("done", None, None, "unscannable", "retired word"), (Standing.UNSCANNABLE, "other")),
        (facts("parked", "failed", None, "unchecked", "poison"), (Standing.UNCHECKED, "poison")),
        (facts("waiting", None, "not-found", "unchecked", "not-found"), (Standing.UNCHECKED, "not-found")),
        (facts("parked", "failed", "engine-error"), (Standing.UNCHECKED, "engine-error")),
        (facts("parked"), (Standing.UNCHECKED, "other")),
        (facts("queued"), (Standing.OPEN, "not-yet-scanned")),
        (facts("running", None, "engine-down"), (Standing.OPEN, "engine-down")),
        (facts("waiting", None, "retired word"), (Standing.OPEN, "other")),
        (facts("done", "gone"), (Standing.GONE, "")),
        (facts("done", "superseded"), (Standing.SUPERSEDED, "")),
        (facts("done"), (Standing.UNACCOUNTED, "")),
        (facts("done", "judged"), (Standing.UNACCOUNTED, "")),
        (facts("lost", "gone ", None, "fine"), (Standing.UNACCOUNTED, "")),
    ],
)
def test_a_row_stands_in_one_place_with_its_reason(found: Facts, place: tuple[VerdictKind | Standing, str]) -> None:
    assert stand(found) == place


WORDS = st.sampled_from(
    ["queued", "running", "waiting", "done", "parked", "gone", "judged", "clean", "unscannable", "x"]
)
ROWS = st.builds(
    *(Facts, WORDS, st.none() | WORDS, st.none() | WORDS, st.none() | WORDS, st.none() | st.just('["x"]')),
    st.booleans(),
)


@given(rows=st.lists(ROWS, max_size=30))
def test_the_figures_of_an_account_add_up_whatever_the_rows_say(rows: list[Facts]) -> None:
    figures = Figures()
    for number, row in enumerate(rows):
        figures.add(row, after(number))
    parts = sum(one.total() for one in (figures.judged, figures.unscannable, figures.unchecked, figures.open))
    assert figures.seen == len(rows) == parts + figures.gone + figures.superseded + figures.unaccounted
    assert (figures.oldest_open is None) == (figures.open.total() == 0)
    assert figures.reused <= figures.judged.total() + figures.unscannable.total()


def test_the_oldest_of_the_open_ones_is_told() -> None:
    figures = Figures()
    for seconds, state in ((5, "queued"), (3, "running"), (1, "done")):
        figures.add(facts(state, "gone" if state == "done" else None), after(seconds))
    assert (figures.oldest_open, figures.gone, figures.open) == (
        after(3),
        1,
        Counter({"not-yet-scanned": 2}),
    )


WHOLE = Coverage(
    NOON,
    None,
    None,
    (Place("acme", "/Shared", Figures(3, Counter(clean=1), Counter(encrypted=1), gone=1)),),
    (EventAccount("acme", 0, 1, 1, {"folder": 2}, 10, 19),),
    (SeenGap("acme", "expired", None, NOON, NOON, NOON + timedelta(hours=1)),),
)


def test_what_cannot_be_scanned_and_what_is_gone_leaves_an_account_complete() -> None:
    assert WHOLE.complete is True
    assert (WHOLE.events[0].recorded, WHOLE.events[0].ids_without_event) == (4, 6)


@pytest.mark.parametrize(
    "account",
    [
        replace(WHOLE, places=(Place("acme", "/Shared", Figures(1, open=Counter(x=1))),)),
        replace(WHOLE, places=(Place("acme", "/Shared", Figures(1, unchecked=Counter(x=1))),)),
        replace(WHOLE, places=(Place("acme", "/Shared", Figures(1, unaccounted=1)),)),
        replace(WHOLE, gaps=(replace(WHOLE.gaps[0], closed_at=None),)),
        replace(WHOLE, events=(replace(WHOLE.events[0], without_version=1),)),
        replace(WHOLE, unlisted=(Unlisted("acme", 1, 0),)),
        replace(WHOLE, unlisted=(Unlisted("acme", 0, 1),)),
    ],
)
def test_whatever_may_have_passed_unseen_leaves_it_incomplete(account: Coverage) -> None:
    assert account.complete is False


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/Shared/a.txt", "/Shared"),
        ("/SHARED/Sub/a.txt", "/Shared"),
        ("/Shared/Inner/a.txt", "/Shared/Inner"),
        ("/Sharedness/a.txt", None),
        ("/Private/a.txt", None),
        ("/Shared", "/Shared"),
        ("", None),
    ],
)
def test_a_path_lies_in_the_first_folder_that_holds_it(path: str, folder: str | None) -> None:
    assert Folders({"acme": ["/Shared/Inner", "/Shared"]}).of("acme", path) == folder
    assert Folders({"acme": ["/Shared"]}).of("bolt", path) is None


def test_the_top_holds_everything() -> None:
    assert Folders({"acme": ["/"]}).of("acme", "/Private/a.txt") == "/"
