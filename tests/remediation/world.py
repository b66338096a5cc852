"""A domain in memory with people in it, and steps performed on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import Note, Priority
from scanner.model import Account, FileVersion, Step, StepRecord, StepResult, StepState
from scanner.remediation.perform import perform
from tests.remediation.scripted import Happening, Scripted

ACCOUNT = Account(77, "svc-scanner", "admin")
ORIGIN = "/Shared/Kite/plan.docx"
FOLDER = "/Shared/Quarantine"
DESTINATION = f"{FOLDER}/2026-03-04/q-g-e.docx.q"


def step(planned: Step, state: StepState = StepState.PLANNED, **params: str) -> StepRecord:
    """The record of a step, with some of its parameters changed."""
    return StepRecord(1, replace(planned, params={**planned.params, **params}), state)


class World:
    """What other people do is immediate; what we do goes through the port."""

    def __init__(self) -> None:
        self.twin = MemoryCloud()

    def scripted(self, **script: Sequence[Happening]) -> Scripted:
        return Scripted(self.twin, **script)

    async def perform(
        self,
        version: FileVersion,
        record: StepRecord,
        cloud: Scripted | None = None,
        folder: str = FOLDER,
        note: Callable[[dict[str, str]], None] = lambda _: None,
    ) -> StepResult:
        async def kept(detail: Mapping[str, str]) -> None:
            note(dict(detail))

        used = self.twin if cloud is None else cloud.as_cloud
        return await perform(used, version, record, folder, ACCOUNT, note=kept)

    async def where(self, version: FileVersion) -> str:
        return (await self.twin.file(version.group_id, priority=Priority.LIVE)).path

    def upload(self, path: str, text: str = "first", by: str = "pnovak") -> FileVersion:
        info = self.twin.tree.upload(path, text.encode(), by)
        return FileVersion("acme", info.group_id, info.entry_id, path)

    def move(self, version: FileVersion, path: str) -> None:
        self.twin.tree.move(self.twin.tree.by_group(version.group_id), path)

    def delete(self, version: FileVersion) -> None:
        self.twin.tree.delete(self.twin.tree.by_group(version.group_id).path)

    def delete_folder(self, path: str) -> None:
        """An empty one, with the folders in it."""
        folders = self.twin.tree.folders
        for key in [key for key in folders if f"{key}/".startswith(f"{path.lower()}/")]:
            del folders[key]

    def lock(self, version: FileVersion) -> None:
        self.twin.tree.lock(self.twin.tree.by_group(version.group_id).path)

    def link(self, version: FileVersion) -> str:
        return self.twin.tree.share(self.twin.tree.by_group(version.group_id).path).id

    def unlink(self, link_id: str) -> None:
        del self.twin.tree.links[link_id]

    def note(self, version: FileVersion, message: str, by: str) -> None:
        note = Note(self.twin.tree.new_id(), message, by, version.group_id)
        self.twin.tree.notes.append((version.path, note))
