"""The doctor has a line for each further token: whose it is, and whether it can do what it is for."""

from __future__ import annotations

import pytest

from scanner.cloud.token_store import Stored, TokenStore
from scanner.service.assembly import utc_now
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.domain_checks import READING_LEVELS, check_domain
from scanner.service.checks.further_checks import check_further
from scanner.settings import OAuthSettings
from tests.journeys.world import World


@pytest.fixture
def further(world: World) -> World:
    """With a second token, jdoe's, who may read what is watched."""
    world.control("POST", "tokens", json={"user": "jdoe", "value": "furth3r", "qps": 1_000, "daily": 100_000})
    rights = {"users": {"jdoe": "Viewer"}, "inherits": False}
    world.act("set_permissions", actor="svc-scanner", path="/Shared/Projects", **rights)
    (world.folder / "further").write_text("furth3r")
    files = [str(world.folder / "further")]
    world.sections["domain"] = {"watch": ["/Shared/Projects"], "download_token_files": files}
    return world


async def line_of(world: World) -> Diagnosis:
    domain = world.settings().domains[0]
    return {line.subject: line async for line in check_domain(domain, utc_now(), ())}["acme: token 2"]


async def test_one_that_may_download_is_told_with_its_user(further: World) -> None:
    assert await line_of(further) == Diagnosis(Level.OK, "acme: token 2", "belongs to jdoe; downloads")


@pytest.mark.parametrize(
    ("right", "finding", "remedy"),
    [
        (
            "Viewer Only",
            "belongs to jdoe, who may not download from /Shared/Projects",
            "Give this user Viewer there.",
        ),
        (
            "None",
            "own_level: HTTP 403, You do not have permission to view this folder",
            "Give its user the right to see all that is watched.",
        ),
    ],
)
async def test_one_that_may_not_download_is_warned_of(further: World, right: str, finding: str, remedy: str) -> None:
    rights = {"users": {"jdoe": right}, "inherits": False}
    further.act("set_permissions", actor="svc-scanner", path="/Shared/Projects", **rights)
    line = await line_of(further)
    assert (line.level, line.finding, line.remedy) == (Level.WARN, finding, remedy)


async def test_one_that_is_refused_leaves_the_others_lines(further: World) -> None:
    further.control("DELETE", "tokens/furth3r")
    line = await line_of(further)
    assert (line.level, line.remedy) == (Level.UNREACHABLE, "Until it is accepted the first token downloads.")


async def test_a_store_is_looked_at_like_a_bare_token(further: World) -> None:
    for name in ("id", "secret"):
        (further.folder / name).write_text(name)
    TokenStore(further.folder / "further").write(Stored("furth3r", None, None, utc_now()))
    oauth = OAuthSettings(
        client_id_file=further.folder / "id",
        client_secret_file=further.folder / "secret",
        token_store=further.folder / "first",
    )
    settings = further.settings().domains[0].model_copy(update={"token_file": None, "oauth": oauth})
    assert [line.finding async for line in check_further(settings, READING_LEVELS)] == ["belongs to jdoe; downloads"]
