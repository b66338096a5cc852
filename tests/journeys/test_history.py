"""Invented histories of a domain: whatever people do in whatever order, every version ends in exactly one outcome."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from demo.clamd import PrivateClamd
from demo.samples import eicar, zip_of
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, World, new_world
from tests.ledgers import NewPlace

NO_BRAKE = {"max_per_signature_per_hour": 1_000, "max_share_percent": 100}
WATCHED, ELSEWHERE = "/Shared/Projects", "/Shared/Elsewhere"
ARRIVALS = ("create", "copy", "restore")
BAD = zip_of({"invoice.com": eicar()})


class History(RuleBasedStateMachine):
    """People act through the emulator; the product looks now and then; at the end everything must be accounted for."""

    clamd: ClassVar[str] = ""
    new_place: ClassVar[NewPlace]

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="history-"))
        self._stack = contextlib.ExitStack()
        place = self._stack.enter_context(type(self).new_place(self._folder))
        sections = {"domain": {"watch": [WATCHED]}, "remediation": NO_BRAKE, "ledger": {"url": place.url}}
        sections |= {"rules": FEW_RULES}
        self.world: World = self._stack.enter_context(new_world(self._folder, self.clamd, **sections))
        self.world.act("add_folder", actor="svc-scanner", path=ELSEWHERE)
        self._names = 0
        self._trash: list[str] = []

    def _name(self) -> str:
        self._names += 1
        return f"n{self._names}"

    def _files(self) -> list[dict[str, Any]]:
        return [one for one in self.world.state()["files"] if not one["path"].startswith(QUARANTINE)]

    def _folders(self, below: bool = False) -> list[str]:
        """Folders people may put things into; with `below` only those that may be moved as a whole."""
        paths = [one["path"] for one in self.world.state()["folders"]]
        tops = [one for one in paths if one.startswith((WATCHED, ELSEWHERE))]
        return [one for one in tops if one not in (WATCHED, ELSEWHERE)] if below else tops

    @rule(data=st.data(), bad=st.booleans())
    def upload(self, data: st.DataObject, bad: bool) -> None:
        folder = data.draw(st.sampled_from(self._folders()))
        name = self._name()
        self.world.upload(f"{folder}/{name}.zip", BAD if bad else zip_of({"n.txt": name.encode()}))

    @rule(data=st.data(), bad=st.booleans())
    @precondition(lambda self: self._files())
    def new_version(self, data: st.DataObject, bad: bool) -> None:
        file = data.draw(st.sampled_from(self._files()))
        self.world.upload(file["path"], BAD if bad else zip_of({"n.txt": self._name().encode()}))

    @rule(data=st.data(), action=st.sampled_from(["move", "copy"]))
    @precondition(lambda self: self._files())
    def move_or_copy(self, data: st.DataObject, action: str) -> None:
        file = data.draw(st.sampled_from(self._files()))
        folder = data.draw(st.sampled_from(self._folders()))
        self.world.act(action, path=file["path"], destination=f"{folder}/{self._name()}.zip")

    @rule(data=st.data())
    @precondition(lambda self: self._files())
    def delete(self, data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(self._files()))
        self._trash.append(self.world.act("delete", path=file["path"])["trash_id"])

    @rule()
    @precondition(lambda self: self._trash)
    def restore(self) -> None:
        self.world.act("restore", actor="svc-scanner", id=self._trash.pop())

    @rule(data=st.data())
    def add_folder(self, data: st.DataObject) -> None:
        parent = data.draw(st.sampled_from(self._folders()))
        self.world.act("add_folder", actor="svc-scanner", path=f"{parent}/{self._name()}")

    @rule(data=st.data(), action=st.sampled_from(["move", "copy"]))
    @precondition(lambda self: self._folders(below=True))
    def move_or_copy_folder(self, data: st.DataObject, action: str) -> None:
        folder = data.draw(st.sampled_from(self._folders(below=True)))
        parents = [one for one in self._folders() if not f"{one}/".startswith(f"{folder}/")]
        destination = f"{data.draw(st.sampled_from(parents))}/{self._name()}"
        self.world.act(action, actor="svc-scanner", path=folder, destination=destination)

    @rule()
    def look(self) -> None:
        summary = asyncio.run(self.world.once())
        assert summary.unfinished == []

    @invariant()
    def no_bad_content_is_clean(self) -> None:
        """Whatever the ledger holds at any moment."""
        bad = {version["entry_id"] for version in self._versions() if version["size"] == len(BAD)}
        clean = {entry for entry, kind in self.world.rows_yet("SELECT entry_id, kind FROM verdicts") if kind == "clean"}
        assert bad & clean == set()

    def teardown(self) -> None:
        try:
            self.look()
            self._account_for_everything()
        finally:
            self._stack.close()
            shutil.rmtree(self._folder)

    def _account_for_everything(self) -> None:
        events = self.world.emulator.call(lambda: list(self.world.emulator.domain.events))
        recorded = [row[0] for row in self.world.rows_yet("SELECT event_id FROM events ORDER BY event_id")]
        # Events of our own acts in the last look may not have been read yet; nobody else's may be missing.
        missing = [one for one in events if one.id not in set(recorded)]
        assert [one for one in missing if one.source != "PublicAPI"] == []
        assert len(recorded) == len(set(recorded))

        work = dict(self.world.rows_yet("SELECT entry_id, outcome FROM work"))
        assert None not in work.values()
        arrived = {one.data["target_id"] for one in events if self._arrives_in_scope(one)}
        assert arrived - set(work) == set()
        for file in self._files():
            current = file["versions"][-1]
            if file["path"].startswith(f"{WATCHED}/"):
                assert current["entry_id"] in work
                assert current["size"] != len(BAD), f"{file['path']} is bad and still where people reach it"

    def _arrives_in_scope(self, event: Any) -> bool:
        path = str(event.data.get("target_path", ""))
        is_file = event.type == "file_system" and not event.data.get("is_folder")
        return is_file and event.action in ARRIVALS and path.startswith(f"{WATCHED}/")

    def _versions(self) -> list[dict[str, Any]]:
        return [version for file in self.world.state()["files"] for version in file["versions"]]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_version_of_every_invented_history_ends_in_one_outcome(clamd: PrivateClamd, new_place: NewPlace) -> None:
    History.clamd, History.new_place = clamd.address, staticmethod(new_place)
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
