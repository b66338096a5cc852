"""Lists of digests beside a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.rulebook.load import load_rule, load_rulebook
from tests.rulebook import EMPTY_SHA256
from tests.rulebook.test_load import GOOD

OTHER = "ab" * 32


@pytest.fixture
def rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = Path("a.yaml")
    file.write_text(GOOD.format(id="a").replace("extension: exe", "any: [{sha256: {file: bad.txt}}, {name: x}]"))
    return file


def problems(rule: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_rule(rule)
    return [str(problem) for problem in refused.value.problems]


def test_the_digests_of_a_list_stand_in_its_place(rule: Path) -> None:
    Path("bad.txt").write_text(f"# known\n{EMPTY_SHA256}\n\n{OTHER.upper()}  # since March\r\n")
    alternatives = load_rule(rule).match.some
    assert alternatives is not None
    assert alternatives[0].sha256 is not None
    assert alternatives[0].sha256.root == (EMPTY_SHA256, OTHER)


def test_a_change_of_the_list_is_a_change_of_the_rulebook(rule: Path) -> None:
    Path("bad.txt").write_text(EMPTY_SHA256)
    before = load_rulebook([rule]).digest
    Path("bad.txt").write_text(OTHER)
    assert load_rulebook([rule]).digest != before


def test_every_wrong_line_of_a_list_is_named(rule: Path) -> None:
    Path("bad.txt").write_text(f"abc\n{OTHER}\n{OTHER}0\n")
    remedy = "\n    Write 64 hexadecimal digits a line."
    assert problems(rule) == [f"bad.txt:1: is no SHA-256{remedy}", f"bad.txt:3: is no SHA-256{remedy}"]


def test_a_list_that_is_not_there_or_empty_or_too_long_is_refused(rule: Path) -> None:
    where = "a.yaml:7: match.any[0].sha256"
    assert problems(rule) == [f"{where}: there is no file bad.txt\n    Put it beside the rule."]
    for content in ("# none yet\n", f"{OTHER}\n" * 10_001):
        Path("bad.txt").write_text(content)
        assert problems(rule) == [f"{where}: bad.txt does not have 1 to 10000 digests"]


@pytest.mark.parametrize("name", ["../bad.txt", "/etc/passwd", "''", ".", "[a]", "5", "x, more: y", '"a\\0b"'])
def test_only_a_file_beside_the_rule_can_be_named(rule: Path, name: str) -> None:
    rule.write_text(rule.read_text().replace("bad.txt", name))
    assert problems(rule) == [
        "a.yaml:7: match.any[0].sha256: is neither digests nor the name of a list\n"
        "    Write {file: known-bad.txt}, for a file beside the rule."
    ]
