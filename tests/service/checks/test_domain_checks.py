"""What the doctor says of a domain: token, rights, clock, quarantine."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from emulator.tls import make_certificate
from scanner.model import EntryId, GroupId, StepKind
from scanner.remediation.guard import Parked
from scanner.remediation.steps import STEPS
from scanner.service.assembly import utc_now
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.domain_checks import check_domain, clock
from tests.journeys.world import QUARANTINE, World


async def found(world: World, ago: timedelta = timedelta()) -> dict[str, Diagnosis]:
    domain = world.settings().domains[0]
    return {line.subject: line async for line in check_domain(domain, utc_now() - ago, STEPS)}


def as_user(world: World, name: str) -> None:
    world.token = str(world.control("POST", "tokens", json={"user": name})["value"])


async def test_an_admin_with_all_rights_has_nothing_to_do(world: World) -> None:
    lines = await found(world)
    assert {line.level for line in lines.values()} == {Level.OK}
    assert lines["acme: token"].finding == "belongs to svc-scanner (admin)"
    assert lines[f"acme: {QUARANTINE}"].finding == f"{QUARANTINE} does not exist yet; it is created closed"


async def test_an_account_that_is_no_admin_is_warned_of(world: World) -> None:
    as_user(world, "pnovak")
    line = (await found(world))["acme: token"]
    assert line.level is Level.WARN
    assert line.finding.startswith("belongs to pnovak (power); only an admin can do all of revoke_links")


async def test_links_that_may_not_be_listed_are_a_failure_where_they_are_to_be_revoked(world: World) -> None:
    world.fault(route="/links", status=403, body={"errorMessage": "scope"})
    line = (await found(world))["acme: links"]
    assert (line.level, line.remedy) == (Level.FAIL, "Add the scope Egnyte.link.")


@pytest.mark.parametrize(("steps", "level"), [({StepKind.COMMENT}, Level.OK), ({StepKind.QUARANTINE}, Level.WARN)])
async def test_only_what_is_asked_for_must_be_allowed(world: World, steps: set[StepKind], level: Level) -> None:
    only = {"users": {"pnovak": "Viewer"}, "inherits": False}
    world.act("set_permissions", actor="svc-scanner", path="/Shared/Projects", **only)
    world.sections["domain"] = {"watch": ["/Shared/Projects"]}
    as_user(world, "pnovak")
    domain = world.settings().domains[0]
    lines = {line.subject: line async for line in check_domain(domain, utc_now(), steps)}
    assert (lines["acme: /Shared/Projects"].level, "acme: links" in lines) == (level, False)


async def test_a_refused_token_is_no_answer_and_the_only_line(world: World) -> None:
    world.token = "not-the-token"
    (line,) = (await found(world)).values()
    assert (line.level, line.subject) == (Level.UNREACHABLE, "acme: API")


async def test_a_ca_file_emptied_since_the_settings_were_read_is_a_failure_with_its_place(world: World) -> None:
    certificate, _ = make_certificate(world.folder)
    world.sections["domain"] = {"base_url": "https://localhost:1", "ca_file": str(certificate)}
    domain = world.settings().domains[0]
    certificate.write_text("")
    (line,) = [line async for line in check_domain(domain, utc_now(), STEPS)]
    told = f"{certificate}: the CA file cannot be read or holds no certificates"
    assert (line.level, line.subject, line.finding) == (Level.FAIL, "acme: API", told)


async def test_a_token_without_the_scope_is_a_failure(world: World) -> None:
    world.fault(route="/userinfo", status=403, body={"errorMessage": "scope"})
    (line,) = (await found(world)).values()
    assert (line.level, line.subject) == (Level.FAIL, "acme: API")


@pytest.mark.parametrize(
    ("folder", "finding"), [("/Shared/None", "cannot be seen: "), ("/Shared/Projects/a.txt", "is a file")]
)
async def test_a_watched_folder_that_is_none_is_a_failure(world: World, folder: str, finding: str) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    world.sections["domain"] = {"watch": [folder]}
    line = (await found(world))[f"acme: {folder}"]
    assert (line.level, line.finding.startswith(finding)) == (Level.FAIL, True)


@pytest.mark.parametrize(
    ("right", "level"),
    [("Full", Level.OK), ("Editor", Level.WARN), ("Viewer", Level.WARN), ("Viewer Only", Level.FAIL)],
)
async def test_what_the_rights_allow_decides(world: World, right: str, level: Level) -> None:
    only = {"users": {"pnovak": right}, "inherits": False}
    world.act("set_permissions", actor="svc-scanner", path="/Shared/Projects", **only)
    world.sections["domain"] = {"watch": ["/Shared/Projects"]}
    as_user(world, "pnovak")
    assert (await found(world))["acme: /Shared/Projects"].level is level


async def test_a_quarantine_that_others_can_open_is_warned_of(world: World) -> None:
    world.act("add_folder", actor="svc-scanner", path=QUARANTINE)
    line = (await found(world))[f"acme: {QUARANTINE}"]
    assert (line.level, line.finding) == (Level.WARN, "open to All Power Users")
    assert line.remedy == "Run `scanner quarantine secure`."


async def test_a_quarantine_that_is_gone_with_its_files_is_a_failure(world: World) -> None:
    domain = world.settings().domains[0]
    newest = Parked(GroupId("no-such-group"), EntryId("e"), f"{QUARANTINE}/e.q")
    lines = {line.subject: line async for line in check_domain(domain, utc_now(), STEPS, newest)}
    line = lines[f"acme: {QUARANTINE}"]
    assert (line.level, line.finding) == (
        Level.FAIL,
        f"{QUARANTINE} is not there, nor is what was put into it last",
    )


async def test_events_from_our_future_mean_that_our_clock_is_wrong(world: World) -> None:
    lines = await found(world, ago=timedelta(hours=1))
    assert lines["acme: events"].level is Level.WARN


async def test_our_clock_is_compared_with_that_of_the_domain(world: World) -> None:
    line = (await found(world))["acme: clock"]
    assert (line.level, line.finding.endswith("the domain's")) == (Level.OK, True)
    world.control("POST", "clock", json={"advance": -3600})
    line = (await found(world))["acme: clock"]
    assert line.level is Level.WARN
    assert re.fullmatch(r"ours is 3,[56][0-9]{2} s ahead of the domain's", line.finding)


@pytest.mark.parametrize(
    ("ahead", "level", "finding"),
    [
        (60.4, Level.WARN, "ours is 60 s behind the domain's"),
        (-61, Level.WARN, "ours is 61 s ahead of the domain's"),
        (60, Level.OK, "ours is 60 s behind the domain's"),
        (-59.6, Level.OK, "ours is 60 s ahead of the domain's"),
    ],
)
def test_a_minute_is_borne(ahead: float, level: Level, finding: str) -> None:
    line = clock(timedelta(seconds=ahead), "acme")
    assert (line.level, line.finding) == (level, finding)


async def test_of_a_domain_that_tells_no_time_nothing_is_said(world: World) -> None:
    world.fault(route="/userinfo", status=200, body={"id": 1, "username": "svc-scanner", "user_type": "admin"})
    assert "acme: clock" not in await found(world)
