"""The main job over real HTTP with a real clamd: each kind of file, each kind of event, and what comes of it."""

from __future__ import annotations

import pytest

from demo import samples
from scanner.ledger.orders.holding import Decision
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"

HARMLESS = {
    "notes.txt": b"minutes of the meeting\n" * 9,
    "plan.docx": samples.docx("plan"),
    "report.pdf": samples.pdf("report"),
    "drawing.png": samples.png(),
    "photos.zip": samples.zip_of({"a.png": samples.png(), "b.txt": b"b"}),
    "sources.tar.gz": samples.tar_gz_of({"main.c": b"int main;"}),
    "log.gz": samples.gz(b"line\n" * 99),
    "large.bin": bytes(range(256)) * 20_000,
    "one byte.txt": b"x",
}
MALWARE = {
    "eicar.com": samples.eicar(),
    "one.zip": samples.zip_of({"readme.txt": b"hello", "invoice.com": samples.eicar()}),
    "two.zip": samples.zip_of({"inner.zip": samples.zip_of({"invoice.com": samples.eicar()})}),
    "three.tar.gz": samples.tar_gz_of({"invoice.com": samples.eicar()}),
}
LOCKED = samples.encrypted_zip_of("payslips.csv", b"a;b\n" * 99, b"pw")
ALL_DONE = [("revoke_links", "success"), ("quarantine", "success"), ("comment", "success")]


def link(world: World, path: str) -> str:
    return str(world.act("add_link", path=path, accessibility="anyone")["links"][0]["id"])


async def test_harmless_files_of_all_kinds_are_clean_and_stay_for_one_call_each(world: World) -> None:
    """And one for their folder, which is new and might have come back from the trash."""
    for name, content in HARMLESS.items():
        world.upload(f"{FOLDER}/{name}", content)
    assert (await world.once()).unfinished == []
    assert await world.reasons() == {f"{FOLDER}/{name}": "clean" for name in HARMLESS}
    assert (world.steps(), world.state()["notes"]) == ([], [])
    assert world.calls("/fs") == [200] * (len(HARMLESS) + 1)


async def test_an_empty_file_is_looked_at_and_clean(world: World) -> None:
    world.swap(world.upload(f"{FOLDER}/empty.txt", b"x")["group_id"], b"")
    assert (await world.once()).unfinished == []
    assert [(row.path, row.kind, row.size) for row in await world.verdicts()] == [(f"{FOLDER}/empty.txt", "clean", 0)]


@pytest.mark.parametrize("name", MALWARE)
async def test_malware_loses_its_links_and_goes_to_quarantine_with_a_comment(world: World, name: str) -> None:
    path = f"{FOLDER}/{name}"
    group = world.upload(path, MALWARE[name])["group_id"]
    link(world, path)
    assert (await world.once()).unfinished == []

    assert (await world.reasons())[path].startswith("infected Demo.Test.Eicar")
    assert world.steps() == ALL_DONE
    place, state = world.places()[group], world.state()
    assert place.startswith(f"{QUARANTINE}/")
    assert (state["links"], [note["path"] for note in state["notes"]]) == ([], [place])
    assert "Demo.Test.Eicar" in state["notes"][0]["body"]
    assert path in state["notes"][0]["body"]


async def test_links_are_revoked_before_the_move_and_the_comment_comes_after(world: World) -> None:
    world.upload(f"{FOLDER}/eicar.com", samples.eicar())
    link(world, f"{FOLDER}/eicar.com")
    await world.once()
    acts = [f"{one['method']} {one['path']}" for one in world.requests() if one["method"] != "GET"]
    wanted = ("DELETE /pubapi/v1/links/", "POST /pubapi/v1/fs/ids/file/", "POST /pubapi/v1/notes")
    places = [next(index for index, act in reversed(list(enumerate(acts))) if act.startswith(one)) for one in wanted]
    assert places == sorted(places)


async def test_the_quarantine_is_closed_even_to_whom_the_file_belonged(world: World) -> None:
    group = world.upload(f"{FOLDER}/eicar.com", samples.eicar(), actor="mallory")["group_id"]
    world.upload(f"{FOLDER}/notes.txt", b"notes", actor="mallory")
    await world.once()
    token = world.control("POST", "tokens", json={"user": "mallory"})["value"]
    places = (f"{FOLDER}/notes.txt", world.places()[group])
    assert [world.get(f"/pubapi/v1/fs-content{place}", token) for place in places] == [200, 403]


async def test_a_rule_may_send_a_file_to_quarantine(world: World) -> None:
    group = world.upload(f"{FOLDER}/invoice.pdf", samples.windows_program())["group_id"]
    await world.once()
    assert await world.reasons() == {f"{FOLDER}/invoice.pdf": "flagged executable-as-document"}
    assert world.places()[group].startswith(f"{QUARANTINE}/")
    assert "executable-as-document" in world.state()["notes"][0]["body"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("payslips.zip", LOCKED, "encrypted"),
        ("broken.zip", samples.truncated(samples.zip_of({"a.bin": bytes(range(256)) * 40})), "corrupt"),
    ],
)
async def test_what_nobody_can_look_into_stays_with_a_comment(
    world: World, name: str, content: bytes, reason: str
) -> None:
    group = world.upload(f"{FOLDER}/{name}", content)["group_id"]
    assert (await world.once()).unfinished == []
    shown = (await world.reasons())[f"{FOLDER}/{name}"]
    assert shown.split()[0] == "unscannable"
    assert reason in shown
    assert world.steps() == [("comment", "success")]
    assert world.places()[group] == f"{FOLDER}/{name}"
    assert [note["path"] for note in world.state()["notes"]] == [f"{FOLDER}/{name}"]


async def test_the_copy_of_a_file_is_a_version_of_its_own(world: World) -> None:
    world.upload(f"{FOLDER}/plan.docx", samples.docx("plan"))
    world.act("copy", path=f"{FOLDER}/plan.docx", destination=f"{FOLDER}/copy.docx")
    await world.once()
    assert await world.kinds() == {f"{FOLDER}/plan.docx": "clean", f"{FOLDER}/copy.docx": "clean"}
    assert world.calls("fs-content") == [200, 200]


@pytest.mark.parametrize("switch", ["rename", "move"])
@pytest.mark.parametrize("when", ["before the scan", "after it"])
async def test_a_rename_leads_to_no_second_scan(world: World, switch: str, when: str) -> None:
    world.control("POST", "switches", json={"rename_event": switch})
    world.upload(f"{FOLDER}/old.txt", b"old")
    if when == "after it":
        await world.once()
    world.act("move", path=f"{FOLDER}/old.txt", destination=f"{FOLDER}/new.txt")
    assert (await world.once()).unfinished == []
    assert list((await world.kinds()).values()) == ["clean"]
    assert world.calls("fs-content") == [200]


async def test_a_renamed_bad_file_is_moved_from_where_it_is(world: World) -> None:
    group = world.upload(f"{FOLDER}/old.com", samples.eicar())["group_id"]
    world.act("move", path=f"{FOLDER}/old.com", destination=f"{FOLDER}/new.com")
    await world.once()
    assert world.steps() == [("revoke_links", "already_done"), ("quarantine", "success"), ("comment", "success")]
    assert world.places()[group].startswith(f"{QUARANTINE}/")


async def test_a_file_deleted_before_the_scan_is_gone_and_has_no_verdict(world: World) -> None:
    world.upload(f"{FOLDER}/oops.txt", b"oops")
    world.act("delete", path=f"{FOLDER}/oops.txt")
    assert (await world.once()).unfinished == []
    assert (await world.kinds(), world.outcomes()) == ({}, [(f"{FOLDER}/oops.txt", "gone")])


async def test_a_restored_file_is_scanned_once(world: World) -> None:
    world.upload(f"{FOLDER}/back.txt", b"back")
    world.act("delete", path=f"{FOLDER}/back.txt")
    world.act("restore", path=f"{FOLDER}/back.txt")
    assert (await world.once()).unfinished == []
    assert (await world.kinds(), world.calls("fs-content")) == ({f"{FOLDER}/back.txt": "clean"}, [200])


async def test_a_file_restored_after_it_was_gone_is_scanned_then(world: World) -> None:
    world.upload(f"{FOLDER}/back.com", samples.eicar())
    world.act("delete", path=f"{FOLDER}/back.com")
    await world.once()
    world.act("restore", path=f"{FOLDER}/back.com")
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {f"{FOLDER}/back.com": "infected"}


async def test_a_clean_file_with_an_infected_second_version_is_quarantined(world: World) -> None:
    group = world.upload(f"{FOLDER}/minutes.txt", b"minutes")["group_id"]
    await world.once()
    world.upload(f"{FOLDER}/minutes.txt", samples.eicar())
    await world.once()
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "infected"]
    assert world.places()[group].startswith(f"{QUARANTINE}/")


async def test_a_dry_run_records_the_same_plan_and_moves_nothing(world: World) -> None:
    world.sections["remediation"] = {"mode": "dry-run"}
    group = world.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    kept = link(world, f"{FOLDER}/eicar.com")
    assert (await world.once()).unfinished == []
    assert world.steps() == [(kind, "dry_run") for kind, _ in ALL_DONE]
    assert world.places()[group] == f"{FOLDER}/eicar.com"
    assert ([one["id"] for one in world.state()["links"]], world.state()["notes"]) == ([kept], [])
    assert [one for one in world.requests() if one["method"] != "GET"] == []


@pytest.mark.parametrize("delta_ms", [0, 3_600_000], ids=["in the same run", "in the next run"])
async def test_our_own_moves_and_comments_cause_no_scan(world: World, delta_ms: int) -> None:
    for name, content in MALWARE.items():
        world.upload(f"{FOLDER}/{name}", content)
        link(world, f"{FOLDER}/{name}")
    world.upload(f"{FOLDER}/payslips.zip", LOCKED)
    world.control("POST", "switches", json={"event_delay_ms": delta_ms})
    await world.once()
    calls = len(world.calls("fs-content"))
    world.control("POST", "clock", json={"advance": delta_ms // 1000})
    assert (await world.once()).unfinished == []

    assert (calls, len(world.calls("fs-content"))) == (5, 5)
    assert len(world.outcomes()) == 5
    # Four moves and five comments; deleting links tells nobody.
    assert world.skipped()["own_action"] == 9


async def test_the_policy_decides_what_is_done_about_a_verdict(world: World) -> None:
    world.sections["policy"] = {"infected": ["comment"], "unscannable": ["quarantine"]}
    bad = world.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    locked = world.upload(f"{FOLDER}/payslips.zip", LOCKED)["group_id"]
    await world.once()
    assert world.places()[bad] == f"{FOLDER}/eicar.com"
    assert world.places()[locked].startswith(f"{QUARANTINE}/")
    assert [note["path"] for note in world.state()["notes"]] == [f"{FOLDER}/eicar.com"]


@pytest.mark.parametrize("limit", ["max_per_hour", "max_per_signature_per_hour"])
async def test_the_brake_holds_acts_but_not_judgement(world: World, limit: str) -> None:
    world.sections["remediation"] = {limit: 2}
    for number in range(4):
        world.upload(f"{FOLDER}/{number}.com", samples.eicar())
    assert (await world.once()).unfinished == ["2 plans are held; see `scanner remediation held list`"]
    assert set((await world.kinds()).values()) == {"infected"}
    states = [state for _, state in world.steps()]
    assert (states.count("braked"), states.count("braked") + states.count("success")) == (6, 10)

    world.sections["remediation"] = {limit: 9}
    assert len((await world.once()).unfinished) == 1
    await world.decide(Decision.APPROVED)
    await world.all_of()
    assert [place for place in world.places().values() if not place.startswith(QUARANTINE)] == []


async def test_the_brake_leaves_other_reasons_alone(world: World) -> None:
    world.sections["remediation"] = {"max_per_rule_per_hour": 1, "max_per_signature_per_hour": 1}
    world.upload(f"{FOLDER}/eicar.com", samples.eicar())
    world.upload(f"{FOLDER}/invoice.pdf", samples.windows_program())
    assert (await world.once()).unfinished == []
    assert len(world.state()["notes"]) == 2


@pytest.mark.parametrize("events", ["one", "per_child"])
async def test_a_folder_that_is_copied_is_walked(world: World, events: str) -> None:
    world.control("POST", "switches", json={"folder_events": events})
    for name in ("a.txt", "deep/b.com", "deep/deeper/c.txt"):
        world.upload(f"{FOLDER}/kite/{name}", samples.eicar() if name.endswith("com") else b"text")
    await world.once()
    world.act("copy", path=f"{FOLDER}/kite", destination=f"{FOLDER}/copy")
    assert (await world.once()).unfinished == []
    found = {path: kind for path, kind in (await world.kinds()).items() if "/copy/" in path}
    # The bad one is in quarantine when the folder is copied.
    assert found == {f"{FOLDER}/copy/a.txt": "clean", f"{FOLDER}/copy/deep/deeper/c.txt": "clean"}


async def test_a_folder_moved_into_scope_is_walked(world: World) -> None:
    world.sections["domain"] = {"watch": [FOLDER]}
    world.upload("/Shared/Outside/kite/bad.com", samples.eicar())
    world.upload("/Shared/Outside/kite/good.txt", b"good")
    world.unread = "what lies outside is not watched"
    await world.once()
    assert (await world.kinds(), world.skipped()["excluded"]) == ({}, 4)
    world.act("move", path="/Shared/Outside/kite", destination=f"{FOLDER}/kite")
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {f"{FOLDER}/kite/bad.com": "infected", f"{FOLDER}/kite/good.txt": "clean"}


async def test_a_file_moved_into_scope_is_scanned_by_its_ids(world: World) -> None:
    world.sections["domain"] = {"ignore": ["/Shared/Ignored"]}
    world.upload("/Shared/Ignored/bad.com", samples.eicar())
    await world.once()
    assert (await world.kinds(), world.calls("fs-content")) == ({}, [])
    world.act("move", path="/Shared/Ignored/bad.com", destination=f"{FOLDER}/bad.com")
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {f"{FOLDER}/bad.com": "infected"}
