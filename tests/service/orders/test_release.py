"""A person's order to release, beside a running service or without one."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from demo.samples import eicar, encrypted_zip_of
from scanner.errors import CloudUnavailable, ConfigurationError, LedgerUnavailable
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.release import allowed_until, release_row
from tests.journeys.world import QUARANTINE, World, stop, wait_until

FILE = "/Shared/Projects/a.com"


async def quarantined(world: World) -> str:
    """A bad file that was moved; gives its group id."""
    group = str(world.upload(FILE, eicar())["group_id"])
    await world.once()
    assert world.places()[group].startswith(QUARANTINE)
    return group


async def rows(world: World) -> list[QuarantineRow]:
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        return await ledger.quarantined()


async def release(world: World, row: QuarantineRow) -> StepResult:
    settings = world.settings()
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        until = allowed_until(settings, utc_now())
        return await release_row(settings, ledger, row, reason="a false alarm", by="jdoe", until=until)


async def test_the_file_is_back_its_owner_is_told_and_the_list_is_empty(world: World) -> None:
    group = await quarantined(world)
    (row,) = await rows(world)
    result = await release(world, row)
    assert (result.state, result.detail["path"], world.places()[group]) == (StepState.SUCCESS, FILE, FILE)
    last = world.state()["notes"][-1]
    assert ("a false alarm" in last["body"], "jdoe" in last["body"]) == (True, True)
    assert await rows(world) == []


async def test_our_own_move_back_is_recognised_and_leads_to_no_second_scan(world: World) -> None:
    group = await quarantined(world)
    own, scans = world.skipped()["own_action"], len(world.calls("fs-content"))
    await release(world, (await rows(world))[0])
    assert (await world.once()).unfinished == []
    assert (world.skipped()["own_action"], len(world.calls("fs-content"))) == (own + 2, scans)
    assert world.places()[group] == FILE


async def test_what_was_released_cannot_be_released_again(world: World) -> None:
    await quarantined(world)
    (row,) = await rows(world)
    await release(world, row)
    with pytest.raises(LedgerUnavailable, match="was released already"):
        await release(world, row)


async def test_a_release_that_was_cut_off_goes_on_with_its_intent(world: World) -> None:
    group = await quarantined(world)
    (row,) = await rows(world)
    world.fault(method="POST", route="/pubapi/v1/fs/ids/file/", status=503, count=5)
    with pytest.raises(CloudUnavailable):
        await release(world, row)
    world.control("DELETE", "faults")
    assert (await release(world, row)).state is StepState.SUCCESS
    assert world.places()[group] == FILE
    assert world.rows("SELECT state FROM steps WHERE kind = 'release'") == [("success",)]


async def test_a_newer_version_found_in_quarantine_is_not_released_but_queued(world: World) -> None:
    group = await quarantined(world)
    (row,) = await rows(world)
    world.upload(world.places()[group], b"harmless now", actor="svc-scanner")
    assert (await release(world, row)).state is StepState.SUPERSEDED
    assert world.places()[group].startswith(QUARANTINE)
    assert world.rows("SELECT state FROM work WHERE state = 'queued'") == [("queued",)]


async def test_a_domain_that_is_not_configured_any_more_is_said_to_be_so(world: World) -> None:
    await quarantined(world)
    (row,) = await rows(world)
    with pytest.raises(ConfigurationError, match="other is not configured"):
        await release(world, replace(row, domain="other"))


async def test_a_release_before_the_comment_is_not_followed_by_word_of_a_quarantine(world: World) -> None:
    group = str(world.upload(FILE, eicar())["group_id"])
    world.fault(route="/notes", method="POST", status=503)
    await world.once()
    world.control("DELETE", "faults")
    assert (await release(world, (await rows(world))[0])).state is StepState.SUCCESS
    await world.all_of()
    assert [note["path"] for note in world.state()["notes"]] == [FILE]
    assert "released" in world.state()["notes"][0]["body"]
    assert (world.places()[group], world.steps()[2]) == (FILE, ("comment", "superseded"))


async def test_a_release_cut_off_after_it_moved_beside_is_found_done(world: World) -> None:
    group = await quarantined(world)
    world.upload(FILE, b"somebody else's work")
    (row,) = await rows(world)
    world.fault(route="/fs/ids/file", method="GET", status=503, skip=4)
    with pytest.raises(CloudUnavailable):
        await release(world, row)
    world.control("DELETE", "faults")
    beside = FILE.replace("a.com", "a_1.com")
    assert world.places()[group] == beside
    assert (await release(world, row)).state is StepState.ALREADY_DONE
    assert await rows(world) == []


async def test_what_was_released_passes_wherever_its_content_turns_up_and_the_finding_is_still_on_record(
    world: World,
) -> None:
    await quarantined(world)
    await release(world, (await rows(world))[0])
    world.upload("/Shared/Projects/copy.com", eicar())
    other = world.upload("/Shared/Projects/other.com", eicar() + b"\n")["group_id"]
    await world.once()
    kinds = await world.kinds()
    assert (kinds["/Shared/Projects/copy.com"], kinds["/Shared/Projects/other.com"]) == ("clean", "infected")
    assert [group for group, place in world.places().items() if place.startswith(QUARANTINE)] == [other]
    ((inspections,),) = world.rows("SELECT inspections FROM verdicts WHERE suppressed LIKE '%release-%'")
    assert "by jdoe: a false alarm" in inspections


async def test_what_nobody_could_look_into_is_left_alone_after_its_release_and_still_not_clean(world: World) -> None:
    world.sections["policy"] = {"unscannable": ["quarantine", "comment"]}
    locked = encrypted_zip_of("pay.txt", b"secret", b"kite")
    world.upload("/Shared/Projects/a.zip", locked)
    await world.once()
    await release(world, (await rows(world))[0])
    copy = world.upload("/Shared/Projects/b.zip", locked)["group_id"]
    await world.once()
    assert (world.places()[copy], await rows(world)) == ("/Shared/Projects/b.zip", [])
    assert (await world.kinds())["/Shared/Projects/b.zip"] == "unscannable"


async def test_an_allowance_taken_back_counts_no_more(world: World) -> None:
    await quarantined(world)
    await release(world, (await rows(world))[0])
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        (allowance,) = await ledger.allowances("acme")
        await ledger.withdraw_allowance(allowance.id, by="pnovak", because="it was bad after all")
    copy = world.upload("/Shared/Projects/copy.com", eicar())["group_id"]
    await world.once()
    assert world.places()[copy].startswith(QUARANTINE)


async def test_a_release_that_fails_allows_nothing(world: World) -> None:
    group = await quarantined(world)
    world.act("delete", actor="svc-scanner", path=world.places()[group])
    assert (await release(world, (await rows(world))[0])).state is StepState.FAILED
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        assert await ledger.allowances() == ()


async def test_links_that_were_deleted_are_told_to_be_lost(world: World) -> None:
    group = str(world.upload(FILE, eicar())["group_id"])
    link = world.act("add_link", path=FILE, accessibility="anyone")
    await world.once()
    result = await release(world, (await rows(world))[0])
    (lost,) = [one["id"] for one in link["links"]]
    assert (world.places()[group], result.detail["links_lost"]) == (FILE, lost)
    assert "Links to it were deleted" in world.state()["notes"][-1]["body"]


CALLS = 6
"""Of a release: who we are, the file, the move, the file again, its comments, and one more of these."""


@pytest.mark.parametrize("fault", [{"delay": 60}, {"stall_after": 0, "stall": 60}], ids=["before", "after"])
@pytest.mark.parametrize("call", range(CALLS))
async def test_killed_at_any_call_and_ordered_again_a_release_is_done_and_told_once(
    world: World, call: int, fault: dict[str, int]
) -> None:
    group = await quarantined(world)
    (row,) = await rows(world)
    before = len(world.requests())
    # Either the act is not done yet, or it is done and its answer never comes.
    world.fault(route="/pubapi/", skip=call, count=1, **fault)
    order = [sys.executable, "-m", "scanner", "quarantine", "release", str(row.id), "--reason", "r", "--by", "jdoe"]
    with subprocess.Popen([*order, "--config", str(world.config)], stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: len(world.requests()) > before + call or process.poll() is not None, f"call {call}")
        assert process.poll() is None
        stop(process, signal.SIGKILL)
    world.control("DELETE", "faults")

    assert (await release(world, row)).state in (StepState.SUCCESS, StepState.ALREADY_DONE)
    assert (world.places()[group], await rows(world)) == (FILE, [])
    assert [note["path"] for note in world.state()["notes"]] == [FILE, FILE]
    assert world.rows("SELECT count(*), count(withdrawn_at) FROM allowances") == [(1, 0)]
    assert (await world.once()).unfinished == []
    assert (world.places()[group], len(world.calls("fs-content"))) == (FILE, 1)
