"""Rules tried on 100,000 versions of the past: seconds per rule; and what keeping their facts costs: bytes and time.

The facts are those of the machine's own files and of documents made of them, as the real engine learnt them under the
shipped rules, repeated under other names and ids through the real tables.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from bench.corpus import write_office, write_raw
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.hindsight import Hindsight
from scanner.inspection.rule_engine import Examined, RuleEngine
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.ledger import schema
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import verdict_values, version_values
from scanner.ledger.tables import facts, verdicts, work
from scanner.ledger.work import intake, working
from scanner.ledger.work.facts import Stretch
from scanner.model import (
    ContentFacts,
    EntryId,
    FileVersion,
    Gap,
    GroupId,
    Inspection,
    Lane,
    Learnt,
    Verdict,
    VerdictKind,
)
from scanner.rulebook.known_wire import to_wire
from scanner.rulebook.load import load_rulebook
from scanner.rulebook.packing import FORM, packed, packed_wire
from scanner.rulebook.rule import Rule, Rulebook
from scanner.rulebook.yara_files import read_yara_files
from scanner.service.again.replay import Replay, Report
from scanner.settings import LedgerSettings, SpoolSettings, UnpackSettings, YaraSettings

RULES = Path(__file__).parents[1] / "rules"
VERSIONS = 100_000
ROUNDS = 3
RAW, OFFICE = 350, 150
TARGET = 10.0
BATCH = 1_000
PART = 10_000
HOT = 3_000
DRAFTS: dict[str, dict[str, Any]] = {
    "name and size": {"extension": ["exe", "scr", "com"], "size": "> 1KiB"},
    "what lies in it": {"member": {"extension": ["exe", "js", "vbs"], "size": "> 1KiB"}},
    "type, of each a question that nobody asked": {"not": {"extension": "exe"}, "text": "never asked before"},
    "hits half of all": {"size": "> 20KiB"},
}


@dataclass(frozen=True)
class Looked:
    """One of the files, as the engine saw it."""

    name: str
    content: ContentFacts
    examined: Examined

    @cached_property
    def rest(self) -> bytes:
        return _kept(self).packed.partition(b"\n")[2]


def run(folder: Path, versions: int = VERSIONS, rounds: int = ROUNDS) -> dict[str, Any]:
    rulebook, yara_files = load_rulebook([RULES]), read_yara_files([RULES])
    looked = _looked(folder, rulebook)
    database = SqliteDatabase(folder / "ledger.db")
    schema.upgrade(database)
    sizes = [len(_kept(one).packed) for one in looked]
    _fill(database, looked, versions)
    hot = _hot_path(database, looked)
    asyncio.run(database.close())
    measured = asyncio.run(_replayed_all(folder, rulebook, yara_files.digest, rounds))
    slowest = max(one["seconds_per_rule"] * versions / one["versions"] for one in measured.values())
    return {
        "versions": versions,
        "files": len(looked),
        "target_seconds_per_rule": TARGET,
        "met": slowest < TARGET,
        "replay": measured,
        "bytes_of_facts": {
            "median": statistics.median(sizes),
            "mean": round(statistics.mean(sizes)),
            "largest": max(sizes),
        },
        "microseconds_to_pack": round(
            _microseconds(lambda: [packed(one.examined.known) for one in looked], len(looked)), 1
        ),
        "recording_one_verdict": hot,
    }


def _looked(folder: Path, rulebook: Rulebook) -> list[Looked]:
    files = folder / "files"
    files.mkdir()
    write_raw(files, RAW)
    office = folder / "office"
    office.mkdir()
    write_office(office, OFFICE)
    spool = Spool(SpoolSettings.model_validate({"dir": folder}))
    yara = YaraScanner(compile_rules(read_yara_files([RULES]), YaraSettings()), YaraSettings())
    with closing(yara), closing(Unpacker(UnpackSettings())) as unpacker:
        engine = RuleEngine(rulebook, yara, unpacker)
        paths = sorted([*files.iterdir(), *office.iterdir()])
        return [one for path in paths if (one := _look(path, engine, spool)) is not None]


def _look(path: Path, engine: RuleEngine, spool: Spool) -> Looked | None:
    version = FileVersion("acme", GroupId(""), EntryId(""), f"/Shared/Projects/{path.name}", action="create")
    with read_local(path, spool, max_file=1 << 30) as content:
        if isinstance(content, Gap):
            return None
        return Looked(path.name, content.facts, engine.examine(version, NobodyToAsk(), content))


def _kept(one: Looked) -> Learnt:
    learnt = packed(one.examined.known)
    assert learnt is not None
    return learnt


def _fill(database: SqliteDatabase, looked: list[Looked], versions: int) -> None:
    """Rows as the service writes them, all of them judged in the last month."""
    now = datetime.now(UTC)
    for start in range(0, versions, BATCH):
        rows = [_rows(number, looked[number % len(looked)], now) for number in range(start, start + BATCH)]
        database.run_here(partial(_insert, rows))


def _insert(rows: list[tuple[dict[str, Any], ...]], connection: Connection) -> None:
    for table, values in zip((work, verdicts, facts), zip(*rows, strict=True), strict=True):
        connection.execute(insert(table), list(values))


def _rows(number: int, one: Looked, now: datetime) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    at = now - timedelta(days=29) + timedelta(seconds=number * 20)
    path = f"/Shared/Projects/{number % 997:03}/{number}-{one.name}"
    version = FileVersion("acme", GroupId(f"g{number:031}"), EntryId(f"e{number:031}"), path, "create", uploaded_at=at)
    wire = to_wire(one.examined.known)
    wire["facts"][0] = path.lower()
    learnt = packed_wire({"facts": wire["facts"]})
    assert learnt is not None
    # All but the path is what the engine learnt: packed once.
    kept = learnt.packed.partition(b"\n")[0] + b"\n" + one.rest
    state = {"lane": "live", "state": "done", "starts": 1, "attempts": 0, "outcome": "judged"}
    moments = {"due": at, "first_seen_at": at, "done_at": at}
    work_row = version_values(version) | state | moments | {"verdict_id": number + 1}
    verdict_row = {"id": number + 1, **verdict_values(_verdict(version, one), at)}
    return work_row, verdict_row, {"verdict_id": number + 1, "form": FORM, "packed": kept, "learnt_at": at}


def _verdict(version: FileVersion, one: Looked) -> Verdict:
    found = one.examined.inspection
    kind = VerdictKind.FLAGGED if any(finding.counts for finding in found.findings) else VerdictKind.CLEAN
    others = (Inspection("containers", "1", seconds=0.001), Inspection("clamd", "ClamAV 1.4.3/27500", seconds=0.02))
    return Verdict(version, kind, (), (*others, found), one.content)


def _hot_path(database: SqliteDatabase, looked: list[Looked]) -> dict[str, float]:
    """Microseconds of the writer for one verdict without steps, turn by turn with and without facts."""
    took: dict[str, list[float]] = {"without_facts": [], "with_facts": []}
    for number in range(HOT):
        one = looked[number % len(looked)]
        version = FileVersion("hot", GroupId(f"g{number}"), EntryId(f"{number}"), f"/Shared/{one.name}", "create")
        database.run_here(
            lambda connection, version=version: intake.queue_versions(connection, [version], Lane.LIVE, _now())
        )
        claim = database.run_here(lambda connection, version=version: working.take(connection, "hot", version.entry_id))
        assert claim is not None
        verdict = _verdict(version, one)
        name = "with_facts" if number % 2 else "without_facts"
        if number % 2:
            *others, rules = verdict.inspections
            verdict = replace(verdict, inspections=(*others, replace(rules, learnt=_kept(one))))
        began = time.perf_counter()
        database.run_here(
            lambda connection, run=claim, verdict=verdict: working.settle(connection, run, verdict, _now())
        )
        took[name].append((time.perf_counter() - began) * 1e6)
    return {f"microseconds_{name}": round(statistics.median(each), 1) for name, each in took.items()}


def _now() -> datetime:
    return datetime.now(UTC)


async def _replayed_all(folder: Path, rulebook: Rulebook, yara: str, rounds: int) -> dict[str, dict[str, Any]]:
    measured: dict[str, list[dict[str, Any]]] = defaultdict(list)
    settings = LedgerSettings(url=f"sqlite:///{folder / 'ledger.db'}")
    model = rulebook.rules[0]
    drafts = {name: [_draft(model, match)] for name, match in DRAFTS.items()}
    async with Ledger.reading(settings, _now) as ledger:
        whole = await ledger.stretch(_now() - timedelta(days=30), "acme")
        part = replace(whole, last=whole.first + PART - 1, versions=PART)
        for _ in range(rounds):
            for name, rules in drafts.items():
                measured[name].append(await _replayed(ledger, rules, yara, whole))
            shipped = await _replayed(ledger, list(rulebook.rules), yara, part)
            measured[f"all shipped rules, the first {PART} versions"].append(shipped)
    return {name: _median(rows) for name, rows in measured.items()}


def _median(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The row of the median, and the fastest and slowest of all rounds."""
    ordered = sorted(rows, key=lambda row: float(row["seconds_per_rule"]))
    spread = [ordered[0]["seconds_per_rule"], ordered[-1]["seconds_per_rule"]]
    return ordered[len(ordered) // 2] | {"seconds_per_rule_spread": spread}


def _draft(model: Rule, match: dict[str, Any]) -> Rule:
    written = model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"examples", "exceptions"})
    examples = {"hit": [{}], "miss": [{}]}
    return Rule.model_validate({**written, "id": "a-draft", "status": "stable", "match": match, "examples": examples})


async def _replayed(ledger: Ledger, rules: list[Rule], yara: str, stretch: Stretch) -> dict[str, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    replay = Replay(ledger, Hindsight(rules, yara, _now().date()), today=_now().date())
    shown = 0
    async for _, hits in replay.over(stretch):
        shown += len(hits)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    cpu_per_rule = {"cpu_seconds_per_rule": round(cpu / len(rules), 3)}
    return _row(replay.report, took, len(rules)) | cpu_per_rule | {"rows_shown": shown}


def _row(report: Report, took: float, rules: int) -> dict[str, Any]:
    decided = 1 - report.missing / (report.versions * rules)
    return {
        "versions": report.versions,
        "rules": rules,
        "seconds": round(took, 2),
        "seconds_per_rule": round(took / rules, 3),
        "hits": report.hits,
        "share_decided": round(decided, 4),
    }


def _microseconds(act: Callable[[], object], times: int) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) / times * 1e6
