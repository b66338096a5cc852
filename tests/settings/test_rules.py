"""Which rules are in force where nobody says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.settings import LocalSettings, RuleSettings, Settings, load_local_settings, load_settings

SHIPPED = Path(__file__).parents[2] / "rules"
MINIMAL = "domains: [{name: acme, host: acme.egnyte.com, token_file: token}]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text("an-access-token\n")


def both(text: str = "") -> tuple[Settings, LocalSettings]:
    Path("s.yaml").write_text(MINIMAL + text)
    return load_settings(Path("s.yaml"), {}), load_local_settings({})


def test_those_that_are_shipped_unless_there_are_some_here() -> None:
    for text in ("", "rules: {reload: false}\n"):
        assert [one.rules.paths for one in both(text)] == [(SHIPPED,), (SHIPPED,)]
    Path("rules").mkdir()
    assert [one.rules.paths for one in both()] == [(Path("rules"),), (Path("rules"),)]


def test_a_folder_that_is_named_is_meant_whether_it_is_there_or_not() -> None:
    assert both("rules: {paths: [rules]}\n")[0].rules.paths == (Path("rules"),)


def test_what_is_told_of_the_default_does_not_depend_on_the_place() -> None:
    assert RuleSettings.model_json_schema()["properties"]["paths"]["default"] == ["rules"]
