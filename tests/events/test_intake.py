"""The decision table of events, row by row (fact sheet 3.8), and what no event may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.events.intake import EARLIER, LATER, Scope, decide, wants_path
from scanner.model import (
    Act,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    GroupId,
    Known,
    Queued,
    Skip,
    Skipped,
    StepKind,
    WalkFolder,
)

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
OWN = 77
SCOPE = Scope("acme", ("/Shared",), ("/Shared/Quarantine", "/Shared/Scratch"), OWN)
PLAN = "/Shared/Kite/plan.docx"
PARKED = "/Shared/Quarantine/2026-03-04/g-e.docx.q"
KNOWN = Known(frozenset({EntryId("e-known")}))


def file_event(action: str = "create", path: str | None = PLAN, entry: str | None = "e-new", **more: object) -> Event:
    base = Event(1, NOW, "file_system", action, "WebUI", 41, target_path=path, group_id=GroupId("g"))
    return replace(base, entry_id=EntryId(entry) if entry is not None else None, **more)  # type: ignore[arg-type]


def folder_event(action: str, path: str | None = "/Shared/Kite") -> Event:
    return Event(1, NOW, "file_system", action, "WebUI", 41, is_folder=True, target_path=path)


def version_of(event: Event) -> FileVersion:
    assert event.target_path is not None
    return FileVersion(
        "acme", GroupId("g"), EntryId("e-new"), event.target_path, event.action, event.action_source, event.actor, NOW
    )


NEW_BYTES = [file_event(action) for action in ("create", "copy", "restore")]
ARRIVED_FROM_OUTSIDE = [file_event(action, source_path="/Private/jdoe/plan.docx") for action in ("move", "rename")]
OF_UNKNOWN_KIND = [file_event("merge"), replace(file_event("create"), type="teleport")]


@pytest.mark.parametrize("event", [*NEW_BYTES, *ARRIVED_FROM_OUTSIDE, *OF_UNKNOWN_KIND])
def test_a_file_event_with_an_unseen_entry_is_scanned_whatever_its_action(event: Event) -> None:
    assert decide(event, SCOPE, KNOWN) == Queued(version_of(event))


SKIPPED_ROWS = [
    (file_event("create", entry="e-known"), Skip.DUPLICATE),
    (file_event("copy", entry="e-known"), Skip.DUPLICATE),
    (file_event("restore", entry="e-known"), Skip.DUPLICATE),
    (file_event("move", entry="e-known"), Skip.NO_NEW_CONTENT),
    (file_event("rename", entry="e-known"), Skip.NO_NEW_CONTENT),
    (file_event("merge", entry="e-known"), Skip.NO_NEW_CONTENT),
    (file_event("merge", entry=None), Skip.NO_NEW_CONTENT),
    (file_event("merge", path=None), Skip.NO_NEW_CONTENT),
    (file_event("delete"), Skip.NO_NEW_CONTENT),
    (file_event("delete", entry=None, group_id=None), Skip.NO_NEW_CONTENT),
    (folder_event("create", "/Shared/Quarantine/2026-03-04"), Skip.EXCLUDED),
    (replace(folder_event("create"), actor=77, action_source="PublicAPI"), Skip.FOLDER),
    (folder_event("delete"), Skip.FOLDER),
    (folder_event("copy", "/Shared/Quarantine/new"), Skip.EXCLUDED),
    (folder_event("move", "/Private/jdoe/Kite"), Skip.EXCLUDED),
    (replace(folder_event("share"), type="teleport"), Skip.FOLDER),
    (file_event("create", "/Private/jdoe/plan.docx"), Skip.EXCLUDED),
    (file_event("create", PARKED), Skip.EXCLUDED),
    (file_event("create", "/shared/QUARANTINE/x.docx"), Skip.EXCLUDED),
    (file_event("move", "/Shared/Scratch/deep/x.docx"), Skip.EXCLUDED),
    (file_event("delete", "/Shared/Scratch/x.docx"), Skip.EXCLUDED),
    (Event(1, NOW, "note", "create", "WebUI", 41, note_id="n1"), Skip.NO_NEW_CONTENT),
    (Event(1, NOW, "note", "delete", "WebUI", 41, note_id="n1"), Skip.NO_NEW_CONTENT),
    (Event(1, NOW, "permission_change", "permission_change", "WebUI", 3, target_path=PLAN), Skip.NO_NEW_CONTENT),
]


@pytest.mark.parametrize(("event", "reason"), SKIPPED_ROWS)
def test_an_event_without_new_bytes_in_scope_is_skipped_with_its_reason(event: Event, reason: Skip) -> None:
    assert decide(event, SCOPE, KNOWN) == Skipped(reason)


WALKED_ROWS = [
    (folder_event("create"), "/Shared/Kite"),
    (folder_event("create", path=None), "/Shared"),
    (folder_event("copy"), "/Shared/Kite"),
    (folder_event("restore"), "/Shared/Kite"),
    (folder_event("move"), "/Shared/Kite"),
    (folder_event("rename"), "/Shared/Kite"),
    (folder_event("merge"), "/Shared/Kite"),
    (folder_event("move", path=None), "/Shared"),
    (file_event("create", entry=None), "/Shared/Kite"),
    (file_event("create", entry=""), "/Shared/Kite"),
    (file_event("create", group_id=None), "/Shared/Kite"),
    (file_event("move", entry=None), "/Shared/Kite"),
    (file_event("create", path=None), "/Shared"),
    (file_event("create", path="plan.docx"), "/Shared"),
]


@pytest.mark.parametrize(("event", "folder"), WALKED_ROWS)
def test_what_may_hide_new_files_has_its_folder_walked(event: Event, folder: str) -> None:
    assert decide(event, SCOPE, KNOWN) == WalkFolder(folder)


def test_a_folder_put_above_a_watched_one_is_walked() -> None:
    scope = replace(SCOPE, watch=("/Shared/Kite/Plans", "/Shared/Kite/Mail"))

    assert decide(folder_event("move", "/Shared/Kite"), scope, KNOWN) == WalkFolder("/Shared/Kite")
    assert decide(file_event("create", path=None), scope, KNOWN) == WalkFolder("/Shared/Kite")
    assert decide(file_event("create", "/Shared/Kite/x.docx"), scope, KNOWN) == Skipped(Skip.EXCLUDED)


MOVE = Act(StepKind.QUARANTINE, GroupId("g"), PARKED, NOW)
OWN_MOVE = file_event("move", PARKED, "e-known", action_source="PublicAPI", actor=OWN, source_path=PLAN)
OWN_NOTE = Event(1, NOW, "note", "create", "PublicAPI", OWN, note_id="n1")
NOTE = Act(StepKind.COMMENT, GroupId("g"), PARKED, NOW, "n1")
NOTE_WITHOUT_ANSWER = replace(NOTE, note_id=None)
RELEASE = Act(StepKind.RELEASE, GroupId("g"), PLAN, NOW)
OWN_RELEASE = replace(OWN_MOVE, target_path=PLAN, source_path=PARKED)

OWN_ROWS = [
    (OWN_MOVE, MOVE),
    (replace(OWN_MOVE, action="rename"), MOVE),
    (replace(OWN_MOVE, entry_id=EntryId("e-newer")), MOVE),
    (OWN_RELEASE, RELEASE),
    (OWN_NOTE, NOTE),
    (OWN_NOTE, NOTE_WITHOUT_ANSWER),
    (OWN_NOTE, replace(RELEASE, note_id="n1")),
    (replace(OWN_MOVE, occurred_at=NOW + LATER), MOVE),
    (replace(OWN_MOVE, occurred_at=NOW - EARLIER), MOVE),
    (replace(OWN_NOTE, occurred_at=NOW - EARLIER), NOTE),
    (replace(OWN_NOTE, occurred_at=NOW - LATER), NOTE_WITHOUT_ANSWER),
]


@pytest.mark.parametrize(("event", "act"), OWN_ROWS)
def test_an_event_that_an_act_of_ours_explains_is_our_own(event: Event, act: Act) -> None:
    assert decide(event, SCOPE, replace(KNOWN, acts=(act,))) == Skipped(Skip.OWN_ACTION)


LATE = NOW + LATER + timedelta(seconds=1)
EARLY = NOW - EARLIER - timedelta(seconds=1)
FOREIGN_ROWS: list[tuple[Event, tuple[Act, ...], Disposition]] = [
    (OWN_RELEASE, (), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, action_source="WebUI"), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, actor=41), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, group_id=GroupId("other")), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, target_path="/Shared/elsewhere.docx"), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, occurred_at=LATE), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_RELEASE, occurred_at=EARLY), (RELEASE,), Skipped(Skip.NO_NEW_CONTENT)),
    (OWN_NOTE, (), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_NOTE, note_id="n2"), (NOTE,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_NOTE, occurred_at=LATE), (NOTE_WITHOUT_ANSWER,), Skipped(Skip.NO_NEW_CONTENT)),
    (replace(OWN_NOTE, action="delete"), (NOTE,), Skipped(Skip.NO_NEW_CONTENT)),
]


@pytest.mark.parametrize(("event", "acts", "expected"), FOREIGN_ROWS)
def test_our_account_alone_makes_no_event_our_own(event: Event, acts: tuple[Act, ...], expected: Disposition) -> None:
    assert decide(event, SCOPE, replace(KNOWN, acts=acts)) == expected


def test_an_upload_with_our_stolen_key_is_scanned() -> None:
    event = file_event("create", action_source="PublicAPI", actor=OWN)

    assert decide(event, SCOPE, replace(KNOWN, acts=(MOVE, NOTE, RELEASE))) == Queued(version_of(event))


PLACES = [
    ("/Shared/a.txt", True),
    ("/SHARED/a.txt", True),
    ("/Shared2/a.txt", False),
    ("/Shared/Quarantine", False),
    ("/Shared/Quarantined/a.txt", True),
    ("/shared/quarantine/a.txt", False),
    ("/Shared/Scratch/", False),
    ("/Shared/", True),
    ("/", True),
]


@pytest.mark.parametrize(("path", "wanted"), PLACES)
def test_folders_are_compared_name_by_name_and_without_case(path: str, wanted: bool) -> None:
    assert wants_path(SCOPE, path) is wanted


def test_a_folder_that_only_looks_like_an_ignored_one_is_scanned() -> None:
    scope = replace(SCOPE, watch=("/Shared/Cafe\u0301",), ignore=("/Shared/Caf\u00e9/Stra\u00dfe",))

    assert wants_path(scope, "/Shared/Caf\u00e9/Strasse/a.txt")
    assert not wants_path(scope, "/Shared/Caf\u00e9/Stra\u00dfe/a.txt")


texts = st.none() | st.sampled_from(["", "/", "/Shared", PLAN, PARKED, "g", "e-known", "n1"]) | st.text(max_size=20)
events = st.builds(
    Event,
    id=st.integers(),
    occurred_at=st.just(NOW),
    type=st.sampled_from(["file_system", "note", "permission_change", "", "new"]),
    action=st.sampled_from(["create", "copy", "restore", "move", "rename", "delete", "", "new"]),
    action_source=st.sampled_from(["PublicAPI", "WebUI"]),
    actor=st.sampled_from([None, OWN, 41]),
    is_folder=st.booleans(),
    target_path=texts,
    source_path=texts,
    group_id=texts,
    entry_id=texts,
    note_id=texts,
)


@given(events)
def test_every_event_has_a_disposition_and_only_whole_versions_in_scope_are_queued(event: Event) -> None:
    disposition = decide(event, SCOPE, replace(KNOWN, acts=(MOVE, NOTE)))

    if isinstance(disposition, Queued):
        version = disposition.version
        assert version.group_id
        assert version.entry_id not in KNOWN.entries
        assert wants_path(SCOPE, version.path)
    if isinstance(disposition, WalkFolder):
        assert disposition.path.startswith("/")
