"""`scanner verdicts`: what was decided, for people and for programs."""

from __future__ import annotations

import asyncio

from demo.samples import eicar
from tests.clamd import StartClamd
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

BAD, GOOD = "/Shared/Projects/a.com", "/Shared/Projects/b.txt"


def judged(world: World) -> dict[str, str]:
    """One bad and one good file; gives their entry ids."""
    ids = {path: str(world.upload(path, data)["entry_id"]) for path, data in ((BAD, eicar()), (GOOD, b"hello"))}
    asyncio.run(world.once())
    return ids


def test_the_list_as_json_is_one_object_a_line_and_exit_1_says_that_something_is_bad(world: World) -> None:
    ids = judged(world)
    result = scanner(world, "verdicts", "list", "--json")
    rows = {row["path"]: (row["entry_id"], row["kind"], row["domain"], row["state"]) for row in lines(result.stdout)}
    assert (result.exit_code, result.stderr) == (1, "")
    assert rows == {BAD: (ids[BAD], "infected", "acme", "done"), GOOD: (ids[GOOD], "clean", "acme", "done")}
    (bad,) = (row for row in lines(result.stdout) if row["path"] == BAD)
    assert bad["reasons"] == ["Demo.Test.Eicar-Prefix.UNOFFICIAL"]


def test_the_list_for_people_has_a_row_for_each_version(world: World) -> None:
    judged(world)
    result = scanner(world, "verdicts", "list")
    shown = [line.split()[:2] for line in result.stdout.splitlines()[2:]]
    assert (result.exit_code, result.stderr, sorted(shown)) == (1, "", [["clean", GOOD], ["infected", BAD]])


def test_the_list_can_be_narrowed_and_exit_0_says_that_all_in_it_is_clean(world: World) -> None:
    judged(world)
    clean = scanner(world, "verdicts", "list", "--json", "--kind", "clean", "--domain", "acme")
    assert (clean.exit_code, [row["path"] for row in lines(clean.stdout)]) == (0, [GOOD])
    assert len(lines(scanner(world, "verdicts", "list", "--json", "--limit", "1").stdout)) == 1


def test_a_version_that_waits_is_shown_as_unchecked_with_what_it_waits_for(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    world.upload(GOOD, b"hello")
    asyncio.run(world.once())
    (row,) = lines(scanner(world, "verdicts", "list", "--json").stdout)
    assert (row["kind"], row["reasons"], row["state"], row["judged_at"]) == (
        "unchecked",
        ["engine-down"],
        "waiting",
        None,
    )


def test_a_file_name_cannot_steer_the_terminal(world: World) -> None:
    world.upload("/Shared/Projects/a\u202etxt.exe", b"hello")
    asyncio.run(world.once())
    assert "a\\u202etxt.exe" in scanner(world, "verdicts", "list").stdout
    assert "a\\u202etxt.exe" in scanner(world, "verdicts", "explain", "/Shared/Projects/a\u202etxt.exe").stdout


def test_one_version_is_shown_in_short_by_id_or_path_with_the_facts_of_the_list(world: World) -> None:
    ids = judged(world)
    bad, good = scanner(world, "verdicts", "show", ids[BAD]), scanner(world, "verdicts", "show", GOOD)
    assert (bad.exit_code, good.exit_code) == (1, 0)
    assert bad.stdout.splitlines()[:2] == [BAD, "  infected because of Demo.Test.Eicar-Prefix.UNOFFICIAL"]
    assert "sha256 275a021b" in bad.stdout
    listed = {row["path"]: row for row in lines(scanner(world, "verdicts", "list", "--json").stdout)}
    assert lines(scanner(world, "verdicts", "show", BAD, "--json").stdout) == [listed[BAD]]


def test_an_explanation_tells_engines_findings_and_steps(world: World) -> None:
    ids = judged(world)
    result = scanner(world, "verdicts", "explain", ids[BAD])
    assert (result.exit_code, result.stderr) == (1, "")
    for part in (BAD, ids[BAD], "clamd [ClamAV ", "Demo.Test.Eicar", "step quarantine: success", "sha256 275a021b"):
        assert part in result.stdout


def test_an_explanation_by_path_as_json_holds_everything(world: World) -> None:
    ids = judged(world)
    (found,) = lines(scanner(world, "verdicts", "explain", GOOD, "--json").stdout)
    engines = {one["engine"] for one in found["verdicts"][0]["inspections"]}
    assert (found["entry_id"], found["kind"], engines) == (ids[GOOD], "clean", {"clamd", "containers", "rules"})


def test_what_nobody_knows_and_a_ledger_that_is_not_there_are_said_with_exit_2(world: World) -> None:
    nothing = scanner(world, "verdicts", "list")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert nothing.stderr.startswith(f"There is no ledger at {world.folder}/ledger.db yet.")
    judged(world)
    for command in ("show", "explain"):
        unknown = scanner(world, "verdicts", command, "none")
        assert (unknown.exit_code, unknown.stdout) == (2, "")
        assert unknown.stderr == "Nothing is recorded about none. `scanner verdicts list` shows what is.\n"
