"""`scanner run` as people and supervisors meet it: as a process, with signals, exit codes and a log."""

from __future__ import annotations

import json
import signal
import socket

import pytest

from demo.samples import eicar
from tests.clamd import StartClamd, free_port
from tests.cli.commands import ONCE, lines, running, scanner, spawned
from tests.journeys.world import QUARANTINE, TOKEN, World, stop, wait_until

FILE = "/Shared/Projects/a.txt"


def events(world: World) -> list[str]:
    """The names of the log's lines, all of which must be JSON."""
    return [json.loads(line)["event"] for line in world.log().splitlines()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_service_is_ready_works_and_ends_in_order_when_told(world: World, number: signal.Signals) -> None:
    world.upload(FILE, b"hello")
    with running(world) as service:
        assert [service.status(path) for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]
        wait_until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")
        assert stop(service.process, number) == 0
    told = events(world)
    assert (told[0], told[-1]) == ("service.listening", "service.stopped")
    assert {"service.started", "feed.polled", "verdict.recorded", "service.stopping"} <= set(told)


def test_what_runs_when_it_is_told_to_stop_is_finished_within_the_grace(world: World) -> None:
    world.fault(route="/fs-content/", delay=2.0, count=1)
    world.upload(FILE, b"hello")
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT state FROM work") == [("running",)], "the download")
        assert stop(service.process) == 0
    assert world.rows("SELECT state, outcome FROM work") == [("done", "judged")]


def test_dry_run_ends_without_a_restart_by_a_hangup(world: World) -> None:
    """What was planned in the dry run stays so; what comes after is acted on."""
    world.sections["remediation"] = {"mode": "dry-run"}
    world.upload(FILE, eicar())
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")
        world.sections["remediation"] = {"mode": "enforce"}
        world.settings()
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "settings.loaded" in world.log(), "the settings")
        second = world.upload("/Shared/Projects/b.txt", eicar())["group_id"]
        wait_until(lambda: world.places()[second].startswith(QUARANTINE), "the move")
        assert stop(service.process) == 0
    assert [place for group, place in world.places().items() if group != second] == [FILE]


def test_a_second_order_to_stop_ends_it_at_once_and_the_work_is_taken_up_again(world: World) -> None:
    world.fault(route="/fs-content/", delay=20.0, count=1)
    world.upload(FILE, b"hello")
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT state FROM work") == [("running",)], "the download")
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "service.stopping" in world.log(), "the first order")
        assert stop(service.process) == -signal.SIGTERM
    world.control("DELETE", "faults")
    assert spawned(world, *ONCE).returncode == 0
    assert world.rows("SELECT state, outcome FROM work") == [("done", "judged")]


def test_a_second_service_on_the_same_ledger_is_refused_and_the_first_one_stays(world: World) -> None:
    with running(world) as service:
        world.sections["http"] = {"listen": "127.0.0.1:0"}
        second = spawned(world, "run")
        assert (second.returncode, second.stdout, service.status("/readyz")) == (2, "", 200)
    last = second.stderr.splitlines()[-1]
    assert last.startswith(f"{world.folder}/ledger.db is owned by another process.")
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_refused_before_anything_else(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        world.sections["http"] = {"listen": address}
        ended = spawned(world, "run")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"http.listen: cannot listen on {address}: ")
    assert (world.requests(), (world.folder / "ledger.db").exists()) == ([], False)


@pytest.mark.parametrize("how", [["run"], ["run", "--once"]], ids=" ".join)
def test_broken_rules_end_it_with_their_place(world: World, how: list[str]) -> None:
    (world.folder / "broken.yaml").write_text("id: [")
    world.sections["rules"] = {"paths": [str(world.folder / "broken.yaml")]}
    ended = spawned(world, *how)
    assert (ended.returncode, ended.stdout, "Traceback" in ended.stderr) == (2, "", False)
    assert f"{world.folder}/broken.yaml:1: " in ended.stderr


def test_a_ledger_that_is_none_ends_it_with_a_sentence(world: World) -> None:
    (world.folder / "ledger.db").write_text("no database at all, and long enough to be read as one" * 99)
    ended = spawned(world, *ONCE)
    assert (ended.returncode, ended.stdout, "Traceback" in ended.stderr) == (2, "", False)
    assert f"{world.folder}/ledger.db" in ended.stderr.splitlines()[-1]


def test_a_ledger_that_is_damaged_under_a_running_service_ends_it_with_exit_3_and_a_sentence(world: World) -> None:
    with running(world) as service:
        world.rows("DROP TABLE gaps")
        assert service.process.wait(30) == 3
    assert "Traceback" not in world.log()
    assert world.log().splitlines()[-1].startswith(f"{world.folder}/ledger.db: ")


def test_while_the_api_is_away_at_start_it_lives_and_says_what_it_waits_for(world: World) -> None:
    world.fault(route="/pubapi/", status=503)
    with running(world, "/livez") as service:
        wait_until(lambda: "service.waiting" in world.log(), "the first try")
        assert (service.status("/livez"), service.status("/readyz"), service.status("/metrics")) == (200, 503, 200)
        assert stop(service.process) == 0
    assert events(world)[-1] == "service.stopped"


def test_a_refused_token_is_waited_for_and_never_shown(world: World) -> None:
    world.token = "w7Kq2ZpX9vBn4RtY8mLs"
    with running(world, "/livez") as service:
        wait_until(lambda: "service.waiting" in world.log(), "the first try")
        assert (service.status("/livez"), service.status("/readyz")) == (200, 503)
        assert stop(service.process) == 0
    assert (world.token in world.log(), TOKEN in world.log()) == (False, False)


def by_name(world: World) -> str:
    """The first one's address, as another one."""
    return world.emulator.base_url.replace("127.0.0.1", "localhost")


def with_another(world: World, base_url: str) -> None:
    """A second domain, whose token is refused at the first one's place."""
    token = world.folder / "other-token"
    token.write_text("w7Kq2ZpX9vBn4RtY8mLs")
    first = {"name": "acme", "base_url": world.emulator.base_url, "token_file": str(world.folder / "token")}
    world.sections["domains"] = [{"name": "other", "base_url": base_url, "token_file": str(token)}, first]


@pytest.mark.parametrize("where", ["away", "refused"])
def test_a_domain_that_cannot_be_entered_holds_up_no_other(world: World, where: str) -> None:
    with_another(world, f"http://127.0.0.1:{free_port()}" if where == "away" else by_name(world))
    world.upload(FILE, b"hello")
    with running(world) as service:
        wait_until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")
        (left_out,) = [json.loads(line) for line in world.log().splitlines() if '"domain.left_out"' in line]
        assert left_out["domain"] == "other"
        assert stop(service.process) == 0
    assert world.calls("/userinfo").count(200) == 1


def test_one_pass_does_what_can_be_done_and_says_which_domain_was_left_out(world: World) -> None:
    with_another(world, f"http://127.0.0.1:{free_port()}")
    world.upload(FILE, b"hello")
    ended = spawned(world, *ONCE)
    assert (ended.returncode, "verdicts         1 clean" in ended.stdout.splitlines()) == (3, True)
    assert "unfinished: domain other: " in ended.stderr


def test_one_pass_prints_a_summary_and_the_exit_code_says_what_was_found(world: World) -> None:
    world.upload(FILE, b"hello")
    clean = spawned(world, *ONCE)
    assert (clean.returncode, "verdicts         1 clean" in clean.stdout.splitlines()) == (0, True)
    world.upload("/Shared/Projects/a.com", eicar())
    found = spawned(world, *ONCE)
    assert (found.returncode, "verdicts         1 infected" in found.stdout.splitlines()) == (1, True)


def test_one_pass_as_json_is_one_object(world: World) -> None:
    world.upload("/Shared/Projects/a.com", eicar())
    (summary,) = lines(spawned(world, *ONCE, "--json").stdout)
    steps = {"revoke_links: already_done": 1, "quarantine: success": 1, "comment: success": 1}
    assert (summary["verdicts"], summary["outcomes"], summary["steps"]) == ({"infected": 1}, {"judged": 1}, steps)
    assert summary["unfinished"] == []


def test_one_pass_that_could_not_finish_is_exit_3(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    world.upload(FILE, b"hello")
    ended = spawned(world, *ONCE, "--json")
    assert (ended.returncode, lines(ended.stdout)[0]["unfinished"]) == (3, ["1 versions are still open"])


@pytest.mark.parametrize("trouble", ["api", "token"])
def test_one_pass_that_cannot_begin_is_exit_3_with_the_reason(world: World, trouble: str) -> None:
    if trouble == "api":
        world.fault(route="/pubapi/", status=503)
    else:
        world.token = "w7Kq2ZpX9vBn4RtY8mLs"
    ended = spawned(world, *ONCE)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.splitlines()[-1].startswith("Nothing could be done: ")


def test_a_service_cannot_leave_out_its_self_test(world: World) -> None:
    result = scanner(world, "run", "--no-self-test")
    assert (result.exit_code, "belongs to --once" in result.stderr) == (2, True)


def test_json_without_once_is_refused(world: World) -> None:
    result = scanner(world, "run", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("--json prints the summary of --once.")
