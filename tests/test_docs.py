"""What stands in docs/ can be typed and loaded as it stands there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import certifi
import pytest
import yaml
from typer.core import TyperOption

import scanner.ledger.ledger  # noqa: F401 -- by then all tables are told of
from scanner.errors import ConfigurationError
from scanner.ledger.tables import Base
from scanner.model import WAITING_REASONS, Unchecked, Unscannable
from scanner.settings import Settings, load_settings
from tests.cli.commands import COMMANDS
from tools.command_tables import each_command

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "SECURITY.md"]
OPTIONS = {
    words.removeprefix("scanner "): {
        name for one in command.params if isinstance(one, TyperOption) for name in one.opts
    }
    for words, command in each_command()
}
DOMAIN = {"name": "acme", "host": "acme.egnyte.com", "token_file": "/run/secrets/acme-token"}
THE_LINE_THAT_AN_AUDIT_HASHES = "scanner audit 1"


def test_of_each_table_of_the_ledger_is_told_what_grows_and_what_goes() -> None:
    page = (ROOT / "docs" / "ledger.md").read_text()
    told = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    on_postgresql = {"pgqueuer", "pgqueuer_log"}
    assert set(re.findall(r"`(\w+)`", "".join(told))) == set(Base.metadata.tables) | on_postgresql


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each block of this language, with the page it stands on."""
    for page in PAGES:
        for match in re.finditer(rf"^( *)```{language}\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE):
            yield page.relative_to(ROOT).as_posix(), dedent(match[2])


def settings_blocks() -> list[tuple[str, dict[str, Any]]]:
    """Blocks of YAML that are settings, whole or in part: all their keys are sections."""
    loaded = [(page, yaml.safe_load(text)) for page, text in blocks("yaml")]
    sections = set(Settings.model_fields)
    maps = [(page, one) for page, one in loaded if isinstance(one, dict) and set(one) <= sections]
    # A file of suppressions begins with a key of the same name as the section.
    return [(page, one) for page, one in maps if not isinstance(one.get("suppressions"), list)]


def whole(block: dict[str, Any]) -> dict[str, Any]:
    """With what each domain needs, where the block leaves it out."""
    return {**block, "domains": [{**_domain(one), **one} for one in block.get("domains", [DOMAIN])]}


def _domain(one: dict[str, Any]) -> dict[str, Any]:
    """A token has one source."""
    return {key: value for key, value in DOMAIN.items() if key != "token_file" or "oauth" not in one}


def with_secrets(written: Any, secret: Path) -> Any:
    """The same, with each file that is named, and must be there, in this one place."""
    if isinstance(written, list):
        return [with_secrets(one, secret) for one in written]
    if isinstance(written, dict):
        return {
            key: certifi.where()
            if key == "ca_file"
            else str(secret)
            if key.endswith("_file")
            else [str(secret)]
            if key.endswith("_token_files")
            else with_secrets(value, secret)
            for key, value in written.items()
        }
    return written


def typed() -> Iterator[tuple[str, list[str]]]:
    """Each command line, in code and in blocks: the words behind `scanner`."""
    for page in PAGES:
        text = page.read_text()
        fenced = re.findall(r"^ *```(?:sh|)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
        lines = [line for block in fenced for line in block.splitlines()]
        parts = [part for line in [*lines, *re.findall(r"`([^`\n]+)`", text)] for part in line.split("&&")]
        for part in parts:
            found = re.match(r"(?:\$ )?(?:\.venv/bin/)?scanner ([a-z].*)", part.strip())
            if found and part != THE_LINE_THAT_AN_AUDIT_HASHES:
                yield page.relative_to(ROOT).as_posix(), shlex.split(found[1].replace("…", "x"), comments=True)


def command_of(words: list[str]) -> str | None:
    """The longest command that these words begin with."""
    names = sorted((" ".join(one) for one in COMMANDS), key=len, reverse=True)
    line = " ".join(words) + " "
    return next((name for name in names if line.startswith(f"{name} ")), None)


@pytest.mark.parametrize(("page", "block"), settings_blocks(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_block_of_settings_loads(page: str, block: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "scanner.yaml"
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef0123456789abcdef")
    file.write_text(yaml.safe_dump(with_secrets(whole(block), secret)))
    try:
        load_settings(file, {})
    except ConfigurationError as error:
        pytest.fail(f"{page}: {error}")


def test_there_are_blocks_of_settings_and_commands_to_look_at() -> None:
    assert len(settings_blocks()) > 8
    assert len(list(typed())) > 60


def test_every_command_that_is_written_is_one() -> None:
    assert [(page, " ".join(words)) for page, words in typed() if command_of(words) is None] == []


def test_every_option_that_is_written_is_one_of_its_command() -> None:
    wrong = []
    for page, words in typed():
        options = {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}
        if options - OPTIONS.get(command_of(words) or "", set()):
            wrong.append((page, " ".join(words)))
    assert wrong == []


@pytest.mark.parametrize(("heading", "reasons"), [("unscannable", Unscannable), ("unchecked", Unchecked)])
def test_every_reason_is_told_with_what_to_do_and_those_that_wait_stand_first(
    heading: str, reasons: type[Unscannable | Unchecked]
) -> None:
    page = (ROOT / "docs" / "verdicts.md").read_text().split(f": `{heading}`")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", page, re.MULTILINE)
    assert sorted(reason for reason, _, _ in rows) == sorted(reasons)
    if reasons is Unchecked:
        assert {reason for reason, _, _ in rows[: len(WAITING_REASONS)]} == WAITING_REASONS
