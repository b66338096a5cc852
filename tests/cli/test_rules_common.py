"""Which rules are meant, and what engines for them have."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from scanner.cli.rules_common import chosen, engines, rule_paths, settings_of
from scanner.rulebook.load import load_rules
from scanner.rulebook.rule import rulebook_of
from tests.cli.rules import write


def test_paths_that_are_given_win_over_the_folder_rules(tmp_path: Path) -> None:
    assert rule_paths([tmp_path], None) == (tmp_path,)
    assert rule_paths(None, None) == (Path("rules"),)


def test_without_ids_all_rules_are_chosen_and_an_unknown_one_is_a_wrong_use(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(rules, "a")
    loaded = load_rules([rules])
    assert chosen(loaded, None) == chosen(loaded, ["a"]) == loaded
    with pytest.raises(typer.Exit) as ended:
        chosen(loaded, ["zzz"])
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "There is no rule zzz among these 1.\n    `scanner rules list` shows them.\n"


@pytest.mark.parametrize(("match", "version"), [("{extension: exe}", ""), ("{yara: b}", ", YARA sha256:")])
def test_yara_files_are_compiled_only_for_rules_that_ask_for_them(rules: Path, match: str, version: str) -> None:
    (rules / "b.yar").write_text("rule b { condition: filesize == 7 }")
    write(rules, "a", match)
    loaded = load_rules([rules])
    with engines(loaded, None, None, False) as engine_of:
        named = engine_of(rulebook_of(loaded.values())).version()
    assert named.partition("(1 rules)")[2][: len(", YARA sha256:")] == version


def test_variables_reach_the_sandbox_of_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER__UNPACK__MAX_DEPTH", "3")
    assert settings_of(None).unpack.max_depth == 3
