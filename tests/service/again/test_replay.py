"""Rules tried on the past of a real service: what was kept decides, what it does not decide is said, or downloaded."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

from demo.samples import eicar
from scanner.model import VerdictKind
from scanner.rulebook.suppressions import Suppression
from scanner.rulebook.until import utc_today
from scanner.service.again.replay import Change
from tests.journeys.world import World
from tests.service.replaying import draft, replayed, shown

CONTENT = "fs-content/ids/file"


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("in.txt", "hello")
    return made.getvalue()


TEXT, SCRIPT, ZIP, BAD = b"a plain letter", b"#!/bin/sh\necho secret\n", zipped(), eicar()


def history(world: World) -> None:
    for name, content in (("a.txt", TEXT), ("b.exe", SCRIPT), ("c.zip", ZIP), ("d.com", BAD)):
        world.upload(f"/Shared/Projects/{name}", content)
    asyncio.run(world.once())


def downloads(world: World) -> int:
    return len(world.calls(CONTENT))


def ledger_of(world: World) -> list[list[tuple[Any, ...]]]:
    return [world.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in ("work", "verdicts", "steps", "events")]


def run(world: World, *rules: Any, **more: Any) -> Any:
    return asyncio.run(replayed(world, *rules, **more))


def test_a_draft_on_plain_facts_is_decided_for_all_without_a_download(world: World) -> None:
    history(world)
    before = downloads(world)
    hits, report = run(world, draft({"extension": ["exe", "zip"]}), draft({"signature": "*eicar*"}, id="named"))
    assert shown(hits) == [("newly hit", "b.exe"), ("newly hit", "c.zip"), ("newly hit", "d.com")]
    assert (report.versions, report.missing, downloads(world) - before) == (4, 0, 0)
    assert {hit.path[-5:]: hit.verdict for hit in hits if hit.rule == "named"} == {"d.com": VerdictKind.INFECTED}


def test_a_question_that_nobody_asked_then_is_named(world: World) -> None:
    history(world)
    rules = (
        draft({"extension": ["exe", "com"], "text": "secret"}),
        draft({"extension": "zip", "member": {"name": "in.txt", "text": "hello"}}, id="inside"),
        draft({"extension": "zip", "member": {"name": "in.txt", "size": "> 1KiB"}}, id="large-inside"),
        draft({"public_link": True}, id="linked"),
        draft({"text": {"detector": "iban"}}, id="money"),
    )
    hits, report = run(world, *rules)
    assert hits == []
    assert {name: dict(tally.missing) for name, tally in report.rules.items()} == {
        "draft": {"text": 2},
        "inside": {"text of members": 1},
        "large-inside": {},
        "linked": {"public link": 4},
        "money": {"detector iban": 4},
    }


def test_what_does_not_suffice_is_downloaded_and_only_that_and_kept_for_the_next_time(world: World) -> None:
    history(world)
    rule = draft({"extension": ["exe", "com"], "text": "secret"})
    before, ledger = downloads(world), ledger_of(world)
    hits, report = run(world, rule, fetch=True)
    assert shown(hits) == [("newly hit", "b.exe")]
    assert (report.fetched, report.missing, downloads(world) - before) == (2, 0, 2)
    assert ledger_of(world) == ledger
    again, report = run(world, rule)
    assert (again, report.missing, report.fetched) == (hits, 0, 0)


def test_earlier_answers_stay_when_a_version_is_looked_at_again(world: World) -> None:
    history(world)
    first, second = draft({"text": "letter"}), draft({"text": "secret"})
    run(world, first, fetch=True)
    run(world, second, fetch=True)
    assert [run(world, one)[1].missing for one in (first, second)] == [0, 0]


def test_a_rule_that_was_in_force_is_compared_with_what_it_found(world: World) -> None:
    world.upload("/Shared/Projects/invoice.pdf.exe", SCRIPT)
    world.upload("/Shared/Projects/plain.exe", SCRIPT)
    asyncio.run(world.once())
    (name,) = {row[0] for row in world.rows("SELECT value FROM verdicts, json_each(reasons)")} & {"double-extension"}
    wider, _ = run(world, draft({"extension": "exe"}, id=name))
    assert shown(wider) == [("newly hit", "plain.exe"), ("still hit", "invoice.pdf.exe")]
    narrower, report = run(world, draft({"extension": "scr"}, id=name))
    assert shown(narrower) == [("no longer hit", "invoice.pdf.exe")]
    assert (report.hits, narrower[0].change, narrower[0].counts) == (0, Change.NO_LONGER, True)


def test_trial_canary_exception_and_suppression_are_respected_and_shown(world: World) -> None:
    history(world)
    match = {"extension": "exe"}
    until = utc_today().isoformat()
    case = {"match": {"folder": "/Shared/Projects"}, "reason": "Known.", "author": "jdoe", "until": until}
    asking = case | {"match": {"text": "never asked"}}
    rules = (
        draft(match, id="plain"),
        draft(match, id="trial", status="trial"),
        draft(match, id="canary", canary={"folders": ["/Shared/Other"]}),
        draft(match, id="excepted", exceptions=[case]),
        draft(match, id="open", exceptions=[asking]),
        draft(match, id="suppressed"),
    )
    suppression = Suppression.model_validate(
        {"name": "s", "rule": ["suppressed"], "path": ["/Shared/**"], "reason": "R.", "author": "a", "until": until}
    )
    hits, report = run(world, *rules, suppressions=(suppression,))
    assert {hit.rule: (hit.counts, hit.standing, hit.open) for hit in hits} == {
        "plain": (True, "", ""),
        "trial": (False, "on trial", ""),
        "canary": (False, "canary: not in its folders", ""),
        "excepted": (False, f"exception 1 until {until} by jdoe: Known.", ""),
        "open": (True, "", "text"),
        "suppressed": (False, f"suppressed by s until {until} by a: R.", ""),
    }
    assert {name: tally.counting for name, tally in report.rules.items() if tally.counting} == {"plain": 1, "open": 1}
    assert dict(report.rules["open"].missing) == {"text": 1}


def test_of_versions_without_facts_the_verdict_tells_name_size_type_and_signature(world: World) -> None:
    history(world)
    world.rows("DELETE FROM facts WHERE verdict_id % 2 = 0")
    world.rows("UPDATE facts SET form = 99")
    rules = draft({"extension": "exe"}), draft({"signature": "*eicar*"}, id="named"), draft({"text": "x"}, id="asks")
    hits, report = run(world, *rules)
    assert shown(hits) == [("newly hit", "b.exe"), ("newly hit", "d.com")]
    assert {name: dict(tally.missing) for name, tally in report.rules.items()} == {
        "draft": {},
        "named": {},
        "asks": {"nothing kept": 2, "facts of another version of scanner": 2},
    }


def test_facts_that_are_damaged_are_as_none(world: World) -> None:
    history(world)
    world.rows("UPDATE facts SET packed = x'00'")
    hits, report = run(world, draft({"extension": "exe"}), draft({"text": "x"}, id="asks"))
    assert (shown(hits), dict(report.rules["asks"].missing)) == ([("newly hit", "b.exe")], {"facts damaged": 4})
    hits, report = run(world, draft({"text": "secret"}), fetch=True)
    assert (shown(hits), report.missing) == ([("newly hit", "b.exe")], 0)


def test_a_version_that_is_gone_is_said_to_be(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", TEXT)
    world.upload("/Shared/Projects/b.txt", SCRIPT)
    asyncio.run(world.once())
    world.act("delete", path="/Shared/Projects/a.txt")
    hits, report = run(world, draft({"text": "secret"}), fetch=True)
    assert (shown(hits), report.gone, report.missing) == ([("newly hit", "b.txt")], 1, 0)
    assert dict(report.rules["draft"].nobody) == {"gone": 1}


def test_what_nobody_may_look_into_is_not_downloaded(world: World) -> None:
    world.sections["spool"] = {"max_file": "1KiB"}
    world.upload("/Shared/Projects/large.txt", b"x" * 4096)
    asyncio.run(world.once())
    before = downloads(world)
    _, report = run(world, draft({"text": "x"}), fetch=True)
    assert (dict(report.rules["draft"].nobody), report.missing) == ({"too-large": 1}, 0)
    assert downloads(world) == before


def test_the_end_of_the_budget_ends_the_replay_and_the_next_one_goes_on(world: World) -> None:
    world.sections["workers"] = {"concurrency": 1}
    history(world)
    world.fault(route=CONTENT, throttle="day", skip=2)
    rule = draft({"text": "e"})
    hits, report = run(world, rule, fetch=True)
    assert (shown(hits), report.fetched, report.versions) == ([("newly hit", "a.txt"), ("newly hit", "b.exe")], 2, 2)
    assert report.unfinished
    world.control("DELETE", "faults")
    hits, report = run(world, rule, fetch=True)
    assert (len(hits), report.fetched, report.versions, report.unfinished) == (3, 2, 4, "")


def test_a_clamd_that_is_away_ends_the_replay_since_signatures_are_facts_too(world: World) -> None:
    history(world)
    world.clamd = f"unix:{world.folder}/nobody.sock"
    before = downloads(world)
    hits, report = run(world, draft({"text": "e"}), fetch=True)
    assert (hits, report.versions, report.unfinished[:11], downloads(world) - before) == ([], 0, "engine-down", 0)


def test_a_ledger_that_takes_no_facts_ends_the_replay(world: World) -> None:
    world.sections["workers"] = {"concurrency": 1}
    history(world)
    world.rows("CREATE TRIGGER full BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    hits, report = run(world, draft({"text": "e"}), fetch=True)
    assert (shown(hits), report.versions) == ([("newly hit", "a.txt")], 1)
    assert "the disk is full" in report.unfinished
