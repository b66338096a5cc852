"""A file goes back to the last version judged clean, and to nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha512

import pytest

from scanner.cloud.port import VersionInfo
from scanner.errors import CloudUnavailable, Forbidden, RetryLater
from scanner.model import (
    EntryId,
    FileVersion,
    Judgement,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    VerdictKind,
)
from scanner.remediation.perform import perform
from scanner.remediation.revert import clean_below
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from tests.remediation.scripted import Scripted
from tests.remediation.world import ACCOUNT, FOLDER, ORIGIN, World, step

REVERT = Step(StepKind.REVERT)
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")
CLEAN, BAD, FLAGGED = VerdictKind.CLEAN, VerdictKind.INFECTED, VerdictKind.FLAGGED
NOTHING = StepResult(StepState.FAILED, {"error": "no version before it is known to be clean, nothing was deleted"})


class History:
    """A file whose versions were judged."""

    def __init__(self, *texts: tuple[str, VerdictKind | None]) -> None:
        self.world = World()
        self.versions: list[FileVersion] = []
        self.noted: dict[str, str] = {}
        self.known: dict[EntryId, Judgement] = {}
        for text, kind in texts:
            version = self.world.upload(ORIGIN, text)
            self.versions.append(version)
            if kind is not None:
                judged = Judgement(kind, sha512(text.encode()).hexdigest(), len(text))
                self.known[version.entry_id] = judged

    async def judged(self, entry_ids: Sequence[EntryId]) -> Mapping[EntryId, Judgement]:
        return {entry_id: self.known[entry_id] for entry_id in entry_ids if entry_id in self.known}

    async def note(self, detail: Mapping[str, str]) -> None:
        self.noted = dict(detail)

    async def revert(self, state: StepState = StepState.PLANNED, cloud: Scripted | None = None) -> StepResult:
        used = self.world.twin if cloud is None else cloud.as_cloud
        record = replace(step(REVERT, state), detail=self.noted)
        return await perform(used, self.versions[-1], record, FOLDER, ACCOUNT, judged=self.judged, note=self.note)

    @property
    def left(self) -> list[str]:
        return [one.entry_id for one in self.world.twin.tree.files[ORIGIN.lower()].versions]


async def test_the_bad_version_goes_and_the_clean_one_is_current_until_that_is_undone() -> None:
    history = History(("older", CLEAN), ("good", CLEAN), ("bad!!", BAD))
    older, good, bad = (one.entry_id for one in history.versions)
    done = await history.revert()
    assert done == StepResult(StepState.SUCCESS, {"back_to": good, "deleted": f"{bad}:5", "path": ORIGIN})
    assert history.left == [older, good]

    record = StepRecord(1, REVERT, done.state, done.detail)
    undone = await undo(history.world.twin, history.versions[-1], record, ORDER)
    assert undone == StepResult(StepState.SUCCESS, {"restored": bad})
    assert history.left == [older, good, bad]
    assert (await undo(history.world.twin, history.versions[-1], record, ORDER)).state is StepState.ALREADY_DONE


async def test_the_versions_deleted_stay_known_though_the_look_after_it_is_refused() -> None:
    history = History(("good", CLEAN), ("bad!!", BAD))
    good, bad = (one.entry_id for one in history.versions)
    cloud = history.world.scripted(file=[None, Forbidden("no more", 403)])
    detail = {"back_to": good, "deleted": f"{bad}:5", "path": ORIGIN, "unverified": "no more"}
    assert await history.revert(cloud=cloud) == StepResult(StepState.SUCCESS, detail)


async def test_bad_versions_between_go_as_well_and_the_current_one_last() -> None:
    history = History(("good", CLEAN), ("bad 1", BAD), ("bad 22", FLAGGED), ("bad 333", BAD))
    good, one, two, three = (each.entry_id for each in history.versions)
    done = await history.revert()
    assert (done.detail["deleted"], history.left) == (f"{one}:5,{two}:6,{three}:7", [good])


@pytest.mark.parametrize("lost", [1, 2])
async def test_the_versions_deleted_by_a_try_whose_result_was_lost_stay_known(lost: int) -> None:
    history = History(("good", CLEAN), ("bad 1", BAD), ("bad 22", BAD))
    _, one, two = (each.entry_id for each in history.versions)
    answers = [None] * (lost - 1) + [CloudUnavailable("no answer")]
    with pytest.raises(RetryLater):
        await history.revert(cloud=history.world.scripted(delete_version=answers))
    if lost == 2:  # It was deleted all the same.
        await history.world.twin.delete_version(history.versions[-1].group_id, two)
    assert (await history.revert(StepState.INTENDED)).detail["deleted"] == f"{one}:5,{two}:6"


@pytest.mark.parametrize(
    "history",
    [
        [("bad", BAD)],
        [("worse", BAD), ("bad", BAD)],
        [("good", CLEAN), ("nobody knows", None), ("bad", BAD)],
        [("good", CLEAN), ("locked", VerdictKind.UNSCANNABLE), ("bad", BAD)],
        [("good", None), ("bad", BAD)],
    ],
)
async def test_without_a_clean_version_below_nothing_is_deleted(history: list[tuple[str, VerdictKind]]) -> None:
    made = History(*history)
    assert (await made.revert(), len(made.left)) == (NOTHING, len(history))


@pytest.mark.parametrize("known", [Judgement(CLEAN, "0" * 128, 4), Judgement(CLEAN, None, 4), Judgement(CLEAN)])
async def test_a_clean_verdict_of_another_content_proves_nothing(known: Judgement) -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    history.known[history.versions[0].entry_id] = known
    assert (await history.revert(), len(history.left)) == (NOTHING, 2)


async def test_a_revert_whose_result_was_lost_is_known_by_the_versions() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    await history.revert()
    result = await history.revert(StepState.INTENDED)
    assert (result.state, result.detail["back_to"]) == (StepState.ALREADY_DONE, history.versions[0].entry_id)


async def test_a_newer_version_is_not_taken_for_a_revert_of_ours() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    newer = history.world.upload(ORIGIN, "newer")
    result = await history.revert(StepState.INTENDED)
    assert (result.state, result.detail["entry_id"]) == (StepState.SUPERSEDED, newer.entry_id)


async def test_a_version_that_comes_between_the_look_and_the_deletion_is_kept_and_told() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    made: list[FileVersion] = []
    cloud = history.world.scripted(delete_version=[lambda: made.append(history.world.upload(ORIGIN, "newer"))])
    result = await history.revert(cloud=cloud)
    assert (result.state, result.detail["error"]) == (StepState.FAILED, f"{made[0].entry_id} is current now")
    assert result.superseded_by is not None
    assert history.left == [history.versions[0].entry_id, made[0].entry_id]


async def test_a_version_that_comes_before_the_list_is_read_stops_the_step() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    cloud = history.world.scripted(versions=[lambda: history.world.upload(ORIGIN, "newer")])
    result = await history.revert(cloud=cloud)
    assert result == StepResult(StepState.FAILED, {"error": "another version is current by now"})


async def test_a_file_that_somebody_has_locked_is_waited_for() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    history.world.lock(history.versions[0])
    with pytest.raises(RetryLater, match="is locked"):
        await history.revert()


async def test_what_the_trash_has_no_more_is_told() -> None:
    history = History(("good", CLEAN), ("bad", BAD))
    done = await history.revert()
    history.world.twin.tree.trash.clear()
    record = StepRecord(1, REVERT, done.state, done.detail)
    bad = history.versions[-1]
    result = await undo(history.world.twin, bad, record, ORDER)
    assert result == StepResult(StepState.FAILED, {"error": f"not found in the trash: {bad.entry_id}"})


def test_a_composite_checksum_proves_no_content() -> None:
    chunked = VersionInfo(EntryId("e1"), 4, "2-1-4-abc")
    assert clean_below([chunked], {EntryId("e1"): Judgement(CLEAN, "abc", 4)}) is None
