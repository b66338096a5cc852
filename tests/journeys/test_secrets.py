"""The scanner's own safety after a whole run: no secret anywhere, no name that steers what people or programs read."""

from __future__ import annotations

import json

import pytest

from demo.samples import eicar
from tests.cli.commands import running, scanner
from tests.journeys.world import TOKEN, World, wait_until
from tests.plain_http import call

FORGED = "\u202eexe.\u2028{'event'; 'service.stopped'}\u2029\u0085\u200b [scanner release 1 acme%2Fx].com"
"""What a name may hold: marks that turn writing round, and separators that some programs take for line ends."""
HOSTILE = 'a\r\n\x1b[2J\x07{"event": "service.stopped"}\nscanner_up 0\n\x9b31m.com'
"""What no name may hold, but an answer may claim."""
COMMANDS = (
    ("verdicts", "list"),
    ("verdicts", "list", "--json"),
    ("quarantine", "list"),
    ("coverage",),
    ("audit", "export"),
    ("config", "show"),
)


def renamed_in_the_feed(world: World, name: str) -> None:
    """The next page of events names the file so."""
    file = world.upload("/Shared/Projects/a.com", eicar())
    last = world.state()["last_event_id"]
    data = {
        "target_path": f"/Shared/Projects/{name}",
        "target_id": file["entry_id"],
        "target_group_id": file["group_id"],
        "is_folder": False,
    }
    event = {
        "id": last, "timestamp": "2026-10-05T10:00:00.000Z", "actor": 1, "type": "file_system", "action": "create",
        "action_source": "WebUI", "data": data,
    }  # fmt: skip
    body = {"count": 1, "latest_id": last, "events": [event]}
    world.fault(route=r"events\?id", status=200, body=body, count=1)


def test_after_a_whole_run_no_secret_is_in_log_ledger_metrics_or_any_output(world: World) -> None:
    world.fault(route="/notes", status=400, count=1, body={"errorMessage": f"Bearer {TOKEN} may not, token={TOKEN}"})
    world.fault(route="fs-content", status=503, count=1, body=f"Authorization: Bearer {TOKEN}")
    world.upload("/Shared/Projects/a.com", eicar())
    world.upload("/Shared/Projects/b.txt", b"harmless")
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT count(*) FROM work WHERE outcome = 'judged'") == [(2,)], "both verdicts")
        told = call("GET", f"{service.url}/metrics").text + call("GET", f"{service.url}/readyz").text
        kept = b"".join(file.read_bytes() for file in world.folder.glob("ledger.db*"))
        modes = {file.stat().st_mode & 0o777 for file in world.folder.glob("ledger.db*")}
    told += world.log()
    for command in COMMANDS:
        result = scanner(world, *command)
        assert result.exit_code in (0, 1), result.stderr
        told += result.stdout + result.stderr
    told += world.stored.dump()
    assert "infected" in told, "there is something to look through"
    private = set() if world.stored.on_server else {0o600}
    assert (TOKEN in told, TOKEN.encode() in kept, modes) == (False, False, private)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_operations_port_takes_no_orders(world: World, method: str) -> None:
    with running(world) as service:
        paths = ("/metrics", "/livez", "/readyz", "/healthz")
        assert {call(method, service.url + path).status_code for path in paths} == {405}
        others = (
            "/",
            "/docs",
            "/openapi.json",
            "/debug",
            "/quit",
            "/reload",
            "/-/quit",
            "/webhooks",
            "/%2e%2e/metrics",
        )
        assert {call("GET", service.url + path).status_code for path in others} == {404}


@pytest.mark.parametrize("name", [FORGED, HOSTILE], ids=["a name", "a claim"])
def test_a_name_forges_no_line_of_log_terminal_comment_or_metrics(world: World, name: str) -> None:
    if name == HOSTILE:
        renamed_in_the_feed(world, name)
    else:
        world.upload(f"/Shared/Projects/{name}", eicar())
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT count(*) FROM verdicts") == [(1,)], "the verdict")
        wait_until(lambda: len(world.state()["notes"]) == 1, "the comment")
        metrics = call("GET", f"{service.url}/metrics").text
    lines = [json.loads(line) for line in world.log().split("\n") if line]
    assert [line["event"] for line in lines].count("service.stopped") == 1
    assert all(line.startswith(("#", "scanner_", "process_", "python_")) for line in metrics.split("\n") if line)
    assert "scanner_up 0" not in metrics
    (note,) = world.state()["notes"]
    assert [one for one in note["body"] if not one.isprintable()] == []
    for command in COMMANDS:
        result = scanner(world, *command)
        odd = [one for one in result.stdout + result.stderr if not one.isprintable() and one != "\n"]
        assert (command, odd) == (command, [])
    listed = scanner(world, "verdicts", "list").stdout.splitlines()
    assert sum("infected" in line for line in listed) == 1
