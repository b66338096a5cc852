"""`scanner scan`: local files, the same engines and rules, nothing recorded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from demo.clamd import PrivateClamd
from demo.samples import eicar, encrypted_zip_of, windows_program, zip_of
from scanner.cli.commands import app
from tests.clamd import StartClamd
from tests.cli.commands import lines, scanner
from tests.journeys.world import World
from tests.rulebook import rule


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def deep(folder: Path) -> None:
    """Folders in each other, until their path is longer than the system takes."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.mark.parametrize(
    ("name", "content", "kind", "code"),
    [
        ("a.txt", b"hello", "clean", 0),
        ("empty", b"", "clean", 0),
        ("a.com", eicar(), "infected", 1),
        ("invoice.pdf", windows_program(), "flagged", 1),
        ("a.zip", encrypted_zip_of("a.csv", b"a;b\n" * 9, b"pw"), "unscannable", 1),
    ],
)
def test_a_file_gets_the_verdict_it_would_get_in_a_domain(
    world: World, folder: Path, name: str, content: bytes, kind: str, code: int
) -> None:
    (folder / name).write_bytes(content)
    result = scanner(world, "scan", str(folder / name))
    assert (result.exit_code, result.stderr, result.stdout.split()[:2]) == (code, "", [kind, str(folder / name)])


def test_of_a_folder_every_regular_file_is_scanned_in_order_and_the_worst_decides(world: World, folder: Path) -> None:
    (folder / "b").mkdir()
    for name, content in (("z.txt", b"hello"), ("b/a.com", eicar()), ("a.txt", b"hello")):
        (folder / name).write_bytes(content)
    (folder / "link").symlink_to(folder / "b")
    os.mkfifo(folder / "pipe")
    result = scanner(world, "scan", "--json", str(folder))
    found = [(Path(line["path"]).name, line["kind"]) for line in lines(result.stdout)]
    assert (result.exit_code, found) == (1, [("a.txt", "clean"), ("z.txt", "clean"), ("a.com", "infected")])


def test_a_file_name_cannot_forge_a_line_of_another_file(world: World, folder: Path) -> None:
    (folder / "a.com\nclean        ").mkdir()
    (folder / "a.com\nclean        " / "b.txt").write_bytes(eicar())
    (line,) = scanner(world, "scan", str(folder)).stdout.splitlines()
    assert line.startswith(f"infected     {folder}/a.com\\nclean        /b.txt")


def test_nothing_is_recorded_and_nobody_is_asked(world: World, folder: Path) -> None:
    (folder / "a.com").write_bytes(eicar())
    scanner(world, "scan", str(folder))
    assert (world.requests(), (world.folder / "ledger.db").exists()) == ([], False)
    assert (folder / "a.com").read_bytes() == eicar()


def test_as_json_the_facts_are_told(world: World, folder: Path) -> None:
    (folder / "a.com").write_bytes(eicar())
    (found,) = lines(scanner(world, "scan", "--json", str(folder)).stdout)
    assert found == {
        "path": str(folder / "a.com"),
        "kind": "infected",
        "reasons": ["Demo.Test.Eicar-Prefix.UNOFFICIAL"],
        "sha256": "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
        "size": 68,
        "mime": "text/plain",
        "details": [],
    }


def test_without_clamd_nothing_is_clean_and_the_reason_is_told(
    world: World, folder: Path, new_clamd: StartClamd
) -> None:
    world.clamd = new_clamd().address
    (folder / "a.txt").write_bytes(b"hello")
    result = scanner(world, "scan", str(folder))
    assert (result.exit_code, "engine-down; clamd does not answer: " in result.stdout) == (3, True)


def test_a_pipe_that_is_named_is_not_waited_for(world: World, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    result = scanner(world, "scan", str(folder / "pipe"))
    assert (result.exit_code, result.stdout.split()[0]) == (1, "unscannable")


def test_a_folder_that_cannot_be_listed_is_not_passed_over_as_clean(world: World, folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"hello")
    deep(folder)
    result = scanner(world, "scan", str(folder))
    assert (result.exit_code, result.stdout.split()[0]) == (3, "clean")
    assert result.stderr.endswith("cannot be listed: File name too long\n")


def test_rules_look_inside_and_ask_yara_as_they_do_in_a_domain(world: World, folder: Path) -> None:
    family = folder.parent / "rules" / "family"
    family.mkdir(parents=True)
    match = {"extension": "zip", "member": {"extension": "txt", "yara": "beacon"}}
    written = rule(match, id="inside").model_dump(mode="json", by_alias=True, exclude_none=True)
    (family / "inside.yaml").write_text(yaml.safe_dump(written | {"match": match}))
    (family / "found.yar").write_text('rule beacon { strings: $a = "beacon" condition: $a }')
    world.sections["rules"] = {"paths": [str(family.parent)]}
    (folder / "a.zip").write_bytes(zip_of({"b.txt": b"a beacon"}))
    (folder / "b.zip").write_bytes(zip_of({"b.txt": b"nothing"}))
    result = scanner(world, "scan", "--json", str(folder))
    assert [(one["kind"], one["reasons"]) for one in lines(result.stdout)] == [("flagged", ["inside"]), ("clean", [])]


def test_rules_that_are_broken_end_it_before_the_first_file(world: World, folder: Path) -> None:
    (folder / "broken.yaml").write_text("id: [")
    world.sections["rules"] = {"paths": [str(folder / "broken.yaml")]}
    result = scanner(world, "scan", str(folder))
    assert (result.exit_code, result.stdout, "broken.yaml:1" in result.stderr) == (2, "", True)


def test_without_a_settings_file_the_environment_says_where_clamd_is(
    clamd: PrivateClamd, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules").mkdir()
    (folder / "a.com").write_bytes(eicar())
    monkeypatch.chdir(folder)
    environ = {"SCANNER__CLAMAV__ADDRESS": clamd.address, "SCANNER__WORKERS__CONCURRENCY": "8"}
    result = CliRunner().invoke(app, ["scan", "a.com"], env=environ)
    assert (result.exit_code, result.stdout.split()[0]) == (1, "infected")


def test_a_wrong_variable_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(app, ["scan", "."], env={"SCANNER__SPOOL__MAX_FILE": "2"})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("environment variable SCANNER__SPOOL__MAX_FILE: spool.max_file: ")
