"""Feed, plan, acts and release over real HTTP: what we do comes back as events, and is known for our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from emulator.server import Running, start
from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Priority
from scanner.events.feed import Feed
from scanner.events.intake import Scope, decide
from scanner.judge.plan import plan
from scanner.judge.verdict import judge
from scanner.ledger.ledger import Ledger
from scanner.model import (
    Account,
    ContentFacts,
    Finding,
    Inspection,
    Outcome,
    Queued,
    Run,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepRecord,
    StepState,
)
from scanner.remediation.perform import perform
from scanner.remediation.quarantine import release
from scanner.remediation.step import UndoOrder
from scanner.settings import DomainSettings, EventSettings, LedgerSettings, PolicySettings

FOLDER = "/Shared/Quarantine"
ORIGIN = "/Shared/Kite/plan v3 \u00e9#%.docx"
CONTENT = ContentFacts(3, "aa", "bb", "text/plain")
MALWARE = Inspection("clamd", "1", (Finding("clamd", "Win.Test", malware=True),))


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def emulator() -> Iterator[Running]:
    running = start()
    yield running
    running.stop()


class Journey:
    """A domain on loopback, our client of it, a ledger, and a feed from now on."""

    def __init__(self, emulator: Running, folder: Path, cloud: EgnyteClient, account: Account) -> None:
        self.emulator, self.folder, self.cloud, self.account = emulator, folder, cloud, account
        self.scope = Scope("acme", ("/Shared",), (FOLDER,), account.id)

    async def open_ledger(self) -> None:
        """As at a start of the service."""
        settings = LedgerSettings(url=f"sqlite:///{self.folder}/ledger.db")
        self.ledger = await Ledger.open(settings, now, owner=True)
        self.feed = Feed(
            "acme",
            self.cloud,
            self.ledger,
            lambda event, known: decide(event, self.scope, known),
            EventSettings(),
            now,
        )

    def upload(self, path: str, content: bytes) -> None:
        self.ask("POST", "/_emulator/upload", params={"path": path, "actor": "pnovak"}, content=content)

    def share(self, path: str) -> None:
        self.ask("POST", "/pubapi/v1/links", json={"path": path, "type": "file", "accessibility": "anyone"})

    def ask(self, method: str, url: str, **what: object) -> None:
        headers = {"Authorization": f"Bearer {self.emulator.token}"}
        with httpx.Client(base_url=self.emulator.base_url, headers=headers, trust_env=False) as client:
            answer = client.request(method, url, **what)  # type: ignore[arg-type]
        assert answer.is_success, answer.text

    async def read(self) -> list[tuple[str, str, object]]:
        """What became of the events since the last reading; Skip reasons by themselves."""
        settled = (await self.feed.poll()).settled
        return [
            (event.type, event.action, what.reason if isinstance(what, Skipped) else type(what))
            for event, what in settled
        ]

    async def judged(self) -> tuple[Run, tuple[StepRecord, ...]]:
        """The version at ORIGIN, found infected, with its plan recorded."""
        info = await self.cloud.at_path(ORIGIN, priority=Priority.LIVE)
        run = await self.ledger.take("acme", info.entry_id)  # type: ignore[union-attr]
        assert run is not None
        verdict = judge(run.version, (MALWARE,), CONTENT, frozenset({"clamd"}))
        decided = plan(verdict, PolicySettings(), FOLDER, now(), self.account.username)
        return run, await self.ledger.record_verdict(run, verdict, decided)

    async def perform(self, run: Run, record: StepRecord, *, dies: bool = False) -> StepState:
        await self.ledger.begin_step(run, record.id)
        result = await perform(self.cloud, run.version, record, FOLDER, self.account)
        if not dies:
            await self.ledger.record_step(run, record.id, result)
        return result.state


@pytest.fixture
async def journey(emulator: Running, tmp_path: Path) -> AsyncIterator[Journey]:
    token = tmp_path / "token"
    token.write_text(emulator.token)
    cloud = EgnyteClient(DomainSettings(name="acme", base_url=emulator.base_url, token_file=token))
    made = Journey(emulator, tmp_path, cloud, await cloud.account())
    made.ask("POST", "/_emulator/users", json={"username": "pnovak", "email": "p@example.org"})
    made.upload("/Shared/Kite/old.docx", b"old")
    await made.open_ledger()
    await made.feed.poll()
    made.upload(ORIGIN, b"bad")
    made.share(ORIGIN)
    yield made
    await made.ledger.close()
    await cloud.close()


OWN_EVENTS = [
    ("file_system", "create", Skip.FOLDER),
    ("permission_change", "permission_change", Skip.NO_NEW_CONTENT),
    ("file_system", "create", Skip.FOLDER),
    ("file_system", "move", Skip.OWN_ACTION),
    ("note", "create", Skip.OWN_ACTION),
]


async def test_a_bad_file_is_taken_away_and_brought_back_and_none_of_it_is_scanned(journey: Journey) -> None:
    assert await journey.read() == [("file_system", "create", Queued)]
    run, steps = await journey.judged()

    assert [await journey.perform(run, record) for record in steps] == [StepState.SUCCESS] * 3
    await journey.ledger.finish(run, Outcome.JUDGED)
    assert await journey.read() == OWN_EVENTS
    assert await journey.cloud.links(ORIGIN) == ()

    (row,) = await journey.ledger.quarantined("acme")
    assert row.origin == ORIGIN
    (note,) = await journey.cloud.notes(row.path)
    assert note.message.endswith(f"[scanner acme/{row.entry_id}]")
    ordered = await journey.ledger.begin_release(row, Step(StepKind.RELEASE, {"destination": row.origin}))
    moved = StepRecord(row.id, Step(StepKind.QUARANTINE), StepState.SUCCESS, {"origin": row.origin})
    order = UndoOrder(FOLDER, journey.account, "false alarm", "amiller", id=ordered.id)
    result = await release(journey.cloud, run.version, moved, order)
    await journey.ledger.record_release(ordered.id, result)
    assert (result.state, result.detail["path"]) == (StepState.SUCCESS, ORIGIN)
    assert await journey.read() == OWN_EVENTS[-2:]
    assert await journey.ledger.quarantined("acme") == []


async def test_acts_whose_results_were_lost_are_known_for_our_own_after_a_restart_and_not_repeated(
    journey: Journey,
) -> None:
    await journey.read()
    run, steps = await journey.judged()
    for record in steps:
        await journey.perform(run, record, dies=True)
    await journey.ledger.close()
    await journey.open_ledger()

    assert await journey.read() == OWN_EVENTS
    again = await journey.ledger.take("acme", run.version.entry_id)
    assert again is not None
    states = [await journey.perform(again, record) for record in again.steps]
    assert [record.state for record in again.steps] == [StepState.INTENDED] * 3
    assert states == [StepState.ALREADY_DONE] * 3
    assert await journey.read() == []


@pytest.mark.parametrize(
    "switches",
    [
        {"conflict_status": 409, "missing_parent_status": 409, "rename_event": "move"},
        {"hidden_status": 404, "latest_id": "domain", "filtered_status": 200, "before_oldest_status": 404},
    ],
)
async def test_open_questions_about_the_platform_make_no_difference(
    journey: Journey, switches: dict[str, object]
) -> None:
    journey.ask("POST", "/_emulator/switches", json=switches)
    await journey.read()
    run, steps = await journey.judged()

    assert [await journey.perform(run, record) for record in steps] == [StepState.SUCCESS] * 3
    assert await journey.read() == OWN_EVENTS
    quarantined = steps[[record.step.kind for record in steps].index(StepKind.QUARANTINE)]
    info = await journey.cloud.file(run.version.group_id, priority=Priority.LIVE)
    assert info.path == quarantined.step.params["destination"]
